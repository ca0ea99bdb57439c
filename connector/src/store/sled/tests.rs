//! Tests of the sled engine.

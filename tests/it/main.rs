//! The system from outside: every module is one side of it.
//!
//! Only tests: nothing here is used by the product.

#![cfg(test)]

mod negotiation;
mod tidy;

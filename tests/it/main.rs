//! The system from outside: every module is one side of it.
//!
//! Only tests: nothing here is used by the product.

#![cfg(test)]

mod clock;
mod codes;
mod disk;
mod elsewhere;
mod found;
mod gate;
mod home;
mod isolation;
mod journal;
mod killed;
mod management;
mod meters;
mod mutual;
mod negotiation;
mod pages;
mod push;
mod quiet;
mod readme;
mod real_input;
mod recovery;
mod replayed;
mod sentences;
mod talk;
mod tidy;
mod transfer;

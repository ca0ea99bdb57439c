//! What a TLS alert from the peer means, in words. A refused client learns of it only at its first
//! read, so look for it in every error of a connection.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use openssl::error::ErrorStack;
use openssl::ssl;

/// OpenSSL reasons of received alerts are this plus the alert's number.
const REASON_OFFSET: i32 = 1000;

/// How many causes of an error are looked through.
const CAUSES_MAX: usize = 16;

/// A fatal alert that the peer sent (RFC 8446, 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert(u8);

impl Alert {
    /// The alert in an error of `openssl`, `tokio-openssl` or `hyper`, or in one of its causes.
    #[must_use]
    pub fn find(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut current = Some(error);
        for _ in 0..CAUSES_MAX {
            let error = current?;
            if let Some(found) = Self::of_one(error) {
                return Some(found);
            }
            current = error.source();
        }
        None
    }

    fn of_one(error: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(stack) = error.downcast_ref::<ErrorStack>() {
            return Self::of_stack(stack);
        }
        if let Some(ssl) = error.downcast_ref::<ssl::Error>() {
            if let Some(stack) = ssl.ssl_error() {
                return Self::of_stack(stack);
            }
            return ssl.io_error().and_then(Self::of_io);
        }
        error.downcast_ref::<io::Error>().and_then(Self::of_io)
    }

    fn of_io(error: &io::Error) -> Option<Self> {
        // An io::Error hides what it wraps from source(): look inside.
        error.get_ref().and_then(|inner| Self::of_one(inner))
    }

    fn of_stack(stack: &ErrorStack) -> Option<Self> {
        stack.errors().iter().find_map(|error| {
            let number = error.reason_code().checked_sub(REASON_OFFSET)?;
            u8::try_from(number).ok().map(Self)
        })
    }

    /// The alert's number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// What it means for the one who received it.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self.0 {
            40 => "the partner refused our certificate by its own rules",
            42 => "the partner finds our certificate bad",
            43 => "the partner does not support our kind of certificate",
            44 => "the partner says that our certificate was revoked",
            45 => "the partner says that our certificate has expired, or its own clock is wrong",
            46 => "the partner refused our certificate without saying why",
            47 => "the partner found our handshake wrong",
            48 => "the partner does not know the root of our certificate",
            49 => "the partner denied us access",
            51 => "the partner could not check our signature",
            70 => "the partner does not speak TLS 1.3",
            80 => "the partner had an internal error",
            112 => "the partner does not serve this host name",
            116 => "the partner asked for a certificate and got none",
            120 => "the partner does not speak HTTP/1.1",
            _ => "the partner ended the connection with a TLS alert",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self.0 {
            44 => "ask the authority why the certificate was revoked; enrol anew",
            45 => "renew the certificate and compare the clocks",
            40 | 42 | 43 | 46 | 48 | 49 => {
                "check that both belong to the same data space, and see the partner's journal"
            }
            112 => "check the partner's DID and port",
            116 => "check that this participant has a certificate",
            _ => "try again; if it stays, see the partner's journal",
        }
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (TLS alert {})", self.meaning(), self.0)
    }
}

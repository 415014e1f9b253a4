// SPDX-License-Identifier: Apache-2.0
//! Error codes of the C header, and how the kernel's and the store's errors map to them.

use std::error::Error;

use delta_kernel::object_store;
use delta_kernel::KernelError;

pub const OK: i32 = 0;
pub const NOT_FOUND: i32 = 1;
pub const EXISTS: i32 = 2;
pub const UNSUPPORTED: i32 = 3;
pub const INVALID: i32 = 4;
pub const IO: i32 = 5;
pub const CORRUPT: i32 = 6;
pub const INTERNAL: i32 = 7;
pub const NO_SPACE: i32 = 8;
pub const PERMISSION: i32 = 9;

/// Code and message of a failed call.
#[derive(Debug, Clone)]
pub struct Fail(pub i32, pub String);
pub type Res<T> = Result<T, Fail>;

pub fn invalid(m: impl Into<String>) -> Fail {
    Fail(INVALID, m.into())
}

pub fn internal(m: impl Into<String>) -> Fail {
    Fail(INTERNAL, m.into())
}

fn os_code(number: i32) -> Option<i32> {
    const EPERM: i32 = 1;
    const EACCES: i32 = 13;
    const ENOSPC: i32 = 28;
    const EROFS: i32 = 30;
    const EDQUOT: i32 = 122;
    match number {
        ENOSPC | EDQUOT => Some(NO_SPACE),
        EPERM | EACCES | EROFS => Some(PERMISSION),
        _ => None,
    }
}

/// "... (os error 28)": the number survives in the text where a wrapper has dropped the typed cause.
fn os_code_in_text(text: &str) -> Option<i32> {
    let digits = text.rsplit_once("(os error ")?.1.split_once(')')?.0;
    os_code(digits.parse().ok()?)
}

/// NO_SPACE or PERMISSION if that is what lies at the bottom of the chain of causes.
fn storage_code(e: &(dyn Error + 'static)) -> i32 {
    let mut cause = Some(e);
    while let Some(c) = cause {
        let os = c.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
        if let Some(code) = os.and_then(os_code) {
            return code;
        }
        cause = c.source();
    }
    os_code_in_text(&e.to_string()).unwrap_or(IO)
}

fn kernel_code(e: &KernelError) -> i32 {
    use KernelError as K;
    match e {
        // RUST_BACKTRACE=1 wraps errors in this.
        K::Backtraced { source, .. } => kernel_code(source),
        K::FileNotFound(_) | K::EmptyLog | K::StartVersionNotFound { .. } => NOT_FOUND,
        K::TableAlreadyExistsAtPath(_) | K::FileAlreadyExists(_) => EXISTS,
        K::Unsupported(_) | K::InvalidProtocol(_) | K::ChecksumWriteUnsupported(_) => UNSUPPORTED,
        K::IOError(e) => storage_code(e),
        K::ObjectStore(e) => storage_code(e),
        K::Reqwest(_) => IO,
        // A gap in the log is damage; it must not look like "no table".
        K::MissingVersion(_)
        | K::MissingMetadata
        | K::MissingProtocol
        | K::MissingMetadataAndProtocol
        | K::InvalidLogPath(_)
        | K::InvalidLogSegment(_)
        | K::InvalidCheckpoint(_)
        | K::MalformedJson(_) => CORRUPT,
        K::Parquet(e) => corrupt_unless_storage(e),
        K::Arrow(e) => corrupt_unless_storage(e),
        K::Generic(text) | K::CheckpointWrite(text) => os_code_in_text(text).unwrap_or(INVALID),
        K::GenericError { source } => os_code_in_text(&source.to_string()).unwrap_or(INVALID),
        K::InternalError(_) | K::JoinFailure(_) => INTERNAL,
        _ => INVALID,
    }
}

fn corrupt_unless_storage(e: &(dyn Error + 'static)) -> i32 {
    match storage_code(e) {
        IO => CORRUPT,
        code => code,
    }
}

impl From<KernelError> for Fail {
    fn from(e: KernelError) -> Self {
        Fail(kernel_code(&e), e.to_string())
    }
}

impl From<object_store::Error> for Fail {
    fn from(e: object_store::Error) -> Self {
        use object_store::Error as E;
        let code = match &e {
            E::NotFound { .. } => NOT_FOUND,
            E::AlreadyExists { .. } => EXISTS,
            E::PermissionDenied { .. } | E::Unauthenticated { .. } => PERMISSION,
            e => storage_code(e),
        };
        Fail(code, with_causes(&e))
    }
}

/// The text of an error and of what it stands on, each said once.
fn with_causes(e: &(dyn Error + 'static)) -> String {
    let mut text = e.to_string();
    let mut cause = e.source();
    while let Some(c) = cause {
        let more = c.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = c.source();
    }
    text
}

impl From<std::io::Error> for Fail {
    fn from(e: std::io::Error) -> Self {
        let code = if e.kind() == std::io::ErrorKind::NotFound { NOT_FOUND } else { storage_code(&e) };
        Fail(code, e.to_string())
    }
}

impl From<serde_json::Error> for Fail {
    fn from(e: serde_json::Error) -> Self {
        invalid(e.to_string())
    }
}

impl From<delta_kernel::arrow::error::ArrowError> for Fail {
    fn from(e: delta_kernel::arrow::error::ArrowError) -> Self {
        internal(e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn store_error(number: i32) -> object_store::Error {
        let source = Box::new(io::Error::from_raw_os_error(number));
        object_store::Error::Generic { store: "LocalFileSystem", source }
    }

    #[test]
    fn a_full_disk_is_told_apart_at_every_depth() {
        assert_eq!(Fail::from(io::Error::from_raw_os_error(28)).0, NO_SPACE);
        assert_eq!(Fail::from(store_error(28)).0, NO_SPACE);
        assert_eq!(Fail::from(KernelError::ObjectStore(store_error(122))).0, NO_SPACE);
        let text = "Generic LocalFileSystem error: No space left on device (os error 28)";
        assert_eq!(Fail::from(KernelError::generic(text)).0, NO_SPACE);
    }

    #[test]
    fn a_refused_write_is_told_apart() {
        for number in [1, 13, 30] {
            assert_eq!(Fail::from(store_error(number)).0, PERMISSION);
        }
        assert_eq!(Fail::from(store_error(5)).0, IO);
    }

    #[test]
    fn a_gap_in_the_log_is_damage_and_not_an_absent_table() {
        assert_eq!(Fail::from(KernelError::MissingVersion(5)).0, CORRUPT);
        assert_eq!(Fail::from(KernelError::EmptyLog).0, NOT_FOUND);
    }
}

// SPDX-License-Identifier: Apache-2.0
//! The C edge: borrowed strings and arrays in, owned strings out, and the guard that turns errors and
//! panics into codes, so that nothing ever unwinds into the caller.

use std::ffi::{c_char, CStr, CString};
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::errors::{invalid, Fail, Res, INTERNAL, OK};
use crate::panics;

#[repr(C)]
pub struct db_error {
    code: i32,
    message: *mut c_char,
}

#[repr(C)]
pub struct db_kv {
    pub key: *const c_char,
    pub value: *const c_char,
}

/// An owned C string for the caller; NUL bytes inside are dropped.
pub fn c_string(s: impl Into<Vec<u8>>) -> *mut c_char {
    let mut v: Vec<u8> = s.into();
    v.retain(|&b| b != 0);
    CString::new(v).map(CString::into_raw).unwrap_or(std::ptr::null_mut())
}

/// Runs one entry point: maps errors and panics to a code, never unwinds.
pub fn guard(err: *mut db_error, f: impl FnOnce() -> Res<()>) -> i32 {
    let Fail(code, message) = match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(())) => return OK,
        Ok(Err(fail)) => fail,
        Err(payload) => {
            // A payload whose Drop panics must not escape either.
            std::mem::forget(payload);
            Fail(INTERNAL, format!("panic: {}", panics::take_last()))
        }
    };
    if let Some(e) = unsafe { err.as_mut() } {
        e.code = code;
        e.message = c_string(message);
    }
    code
}

pub fn arg<'a>(p: *const c_char, what: &str) -> Res<&'a str> {
    if p.is_null() {
        return Err(invalid(format!("{what} is NULL")));
    }
    unsafe { CStr::from_ptr(p) }.to_str().map_err(|_| invalid(format!("{what} is not UTF-8")))
}

pub fn opt<'a>(p: *const c_char, what: &str) -> Res<Option<&'a str>> {
    if p.is_null() {
        Ok(None)
    } else {
        arg(p, what).map(Some)
    }
}

pub fn slice<'a, T>(p: *const T, n: usize) -> &'a [T] {
    if n == 0 || p.is_null() {
        &[]
    } else {
        unsafe { std::slice::from_raw_parts(p, n) }
    }
}

pub fn handle<'a, T>(p: *const T, what: &str) -> Res<&'a T> {
    unsafe { p.as_ref() }.ok_or_else(|| invalid(format!("{what} is NULL")))
}

pub fn out<'a, T>(p: *mut T, what: &str) -> Res<&'a mut T> {
    unsafe { p.as_mut() }.ok_or_else(|| invalid(format!("{what} is NULL")))
}

/// Key-value pairs in the caller's order.
pub fn pairs(p: *const db_kv, n: usize) -> Res<Vec<(String, String)>> {
    slice(p, n)
        .iter()
        .map(|kv| Ok((arg(kv.key, "key")?.to_string(), arg(kv.value, "value")?.to_string())))
        .collect()
}

#[no_mangle]
pub extern "C" fn db_string_free(s: *mut c_char) {
    if !s.is_null() {
        drop(unsafe { CString::from_raw(s) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty_error() -> db_error {
        db_error { code: 0, message: std::ptr::null_mut() }
    }

    fn message(e: &db_error) -> String {
        let text = unsafe { CStr::from_ptr(e.message) }.to_str().unwrap().to_string();
        db_string_free(e.message);
        text
    }

    #[test]
    fn an_error_becomes_its_code_and_message() {
        let mut e = empty_error();
        assert_eq!(guard(&mut e, || Err(invalid("no such thing"))), crate::errors::INVALID);
        assert_eq!(message(&e), "no such thing");
    }

    #[test]
    fn a_panic_becomes_an_internal_error_that_names_its_place() {
        panics::install_hook();
        let mut e = empty_error();
        assert_eq!(guard(&mut e, || panic!("index {} is wrong", 7)), INTERNAL);
        let text = message(&e);
        assert!(text.contains("index 7 is wrong") && text.contains("abi.rs"), "{text}");
    }

    #[test]
    fn null_pointers_are_refused_by_name() {
        assert_eq!(arg(std::ptr::null(), "path").unwrap_err().1, "path is NULL");
        assert!(slice::<u8>(std::ptr::null(), 3).is_empty());
    }
}

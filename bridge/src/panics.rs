// SPDX-License-Identifier: Apache-2.0
//! Panics keep quiet: the hook remembers the last one instead of printing it, and `abi::guard` puts it
//! into the error that the caller gets. A panic in a worker thread of the runtime surfaces as a second
//! one in the waiting thread, so the memory is the process's and keeps both.

use std::sync::{Mutex, Once};

static LAST: Mutex<Vec<String>> = Mutex::new(Vec::new());
static INSTALL: Once = Once::new();
const KEPT: usize = 4;

pub fn install_hook() {
    INSTALL.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let text = info
                .payload()
                .downcast_ref::<&str>()
                .map(|s| s.to_string())
                .or_else(|| info.payload().downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "unknown".into());
            let place = info.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
            if let Ok(mut last) = LAST.lock() {
                if last.len() < KEPT {
                    last.push(format!("{text}{place}"));
                }
            }
        }));
    });
}

pub fn take_last() -> String {
    match LAST.lock() {
        Ok(mut last) if !last.is_empty() => last.drain(..).collect::<Vec<_>>().join("; then "),
        _ => "unknown".into(),
    }
}

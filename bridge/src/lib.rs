// SPDX-License-Identifier: Apache-2.0
//! Delta Kernel behind the C header `include/delta_bridge.h`. Mechanism only: retries, conflict rules and
//! the cadence of maintenance live above it.

#![allow(non_camel_case_types)] // the names of the C header
#![allow(clippy::not_unsafe_ptr_arg_deref)] // every entry point takes C pointers; the header is the contract

mod abi;
mod adds;
mod columns;
mod commit;
mod commit_text;
mod committer;
mod engine;
mod errors;
mod files;
mod hintless;
mod legacy;
mod log_store;
mod maintenance;
mod panics;
mod put;
mod snapshot;

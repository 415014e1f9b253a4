// SPDX-License-Identifier: Apache-2.0
//! One commit: the added files, new columns and the application's transaction, in one version.

use std::ffi::c_char;
use std::sync::{Arc, Mutex};

use delta_kernel::actions::Protocol;
use delta_kernel::transaction::{CommitResult, Transaction, UpdateTableOperation};
use delta_kernel::KernelResult;

use crate::abi::{arg, db_error, db_kv, guard, handle, opt, out, pairs, slice};
use crate::adds::{adds_batch, db_add};
use crate::columns::{add_columns, db_new_column};
use crate::commit_text::CommitInfo;
use crate::committer::{BridgeCommitter, PutMemory};
use crate::engine::db_engine;
use crate::errors::Res;
use crate::put::PutOutcome;
use crate::snapshot::{db_snapshot, give};

pub const COMMITTED: i32 = 0;
pub const CONFLICT: i32 = 1;
pub const UNKNOWN: i32 = 2;

#[repr(C)]
pub struct db_commit_spec {
    txn_id: *const c_char,
    engine_info: *const c_char,
    isolation_level: *const c_char,
    blind_append: bool,
    operation_parameters: *const db_kv,
    n_operation_parameters: usize,
    operation_metrics: *const db_kv,
    n_operation_metrics: usize,
    app_id: *const c_char,
    app_version: i64,
    adds: *const db_add,
    n_adds: usize,
    new_columns: *const db_new_column,
    n_new_columns: usize,
}

#[repr(C)]
pub struct db_commit_result {
    outcome: i32,
    version: u64,
    after: *mut db_snapshot,
}

fn commit_info(base: &db_snapshot, spec: &db_commit_spec) -> Res<CommitInfo> {
    Ok(CommitInfo {
        txn_id: arg(spec.txn_id, "txn_id")?.to_string(),
        read_version: base.kernel.version(),
        isolation_level: opt(spec.isolation_level, "isolation_level")?.map(str::to_string),
        blind_append: spec.blind_append,
        parameters: pairs(spec.operation_parameters, spec.n_operation_parameters)?,
        metrics: pairs(spec.operation_metrics, spec.n_operation_metrics)?,
    })
}

/// "STREAMING UPDATE" is one of the operations after which the kernel can carry a checksum forward.
fn transaction(engine: &db_engine, base: &db_snapshot, spec: &db_commit_spec, memory: &PutMemory) -> Res<Transaction> {
    let committer = BridgeCommitter {
        store: engine.store.clone(),
        runtime: engine.runtime.handle().clone(),
        info: commit_info(base, spec)?,
        memory: memory.clone(),
    };
    let builder = base
        .kernel
        .clone()
        .update_table(UpdateTableOperation::StreamingUpdate, arg(spec.engine_info, "engine_info")?, true)
        .with_transaction_id(arg(spec.app_id, "app_id")?, spec.app_version);
    let builder = add_columns(builder, slice(spec.new_columns, spec.n_new_columns))?;
    let mut txn = builder.build(engine.kernel(), Box::new(committer))?;
    if spec.n_adds > 0 {
        let batch = adds_batch(engine.kernel(), &txn, slice(spec.adds, spec.n_adds))?;
        txn.add_files(batch);
    }
    Ok(txn)
}

/// What the put said rules; the kernel's own answer adds the snapshot after the commit, if it has one.
fn report(
    kernel: KernelResult<CommitResult>, put: Option<PutOutcome>, legacy: Option<Protocol>,
    result: &mut db_commit_result,
) -> Res<()> {
    match put {
        Some(PutOutcome::Committed) => {
            result.outcome = COMMITTED;
            if let Ok(CommitResult::Committed(done)) = kernel {
                if let Some(after) = done.post_commit_snapshot() {
                    give(&mut result.after, after.clone(), legacy)?;
                }
            }
            Ok(())
        }
        Some(PutOutcome::Conflict) => {
            result.outcome = CONFLICT;
            Ok(())
        }
        Some(PutOutcome::Refused(fail)) => Err(fail),
        Some(PutOutcome::Unknown(_)) => Ok(()),
        None => kernel.map(|_| ()).map_err(Into::into),
    }
}

#[no_mangle]
pub extern "C" fn db_commit(
    engine: *const db_engine, base: *const db_snapshot, spec: *const db_commit_spec, result: *mut db_commit_result,
    err: *mut db_error,
) -> i32 {
    guard(err, || {
        let engine = handle(engine, "engine")?;
        let base = handle(base, "snapshot")?;
        let result = out(result, "result")?;
        *result =
            db_commit_result { outcome: UNKNOWN, version: base.kernel.version() + 1, after: std::ptr::null_mut() };
        let memory: PutMemory = Arc::new(Mutex::new(None));
        let txn = transaction(engine, base, handle(spec, "spec")?, &memory)?;
        let kernel = txn.commit(engine.kernel());
        let put = memory.lock().map(|m| m.clone()).unwrap_or(None);
        report(kernel, put, base.legacy.clone(), result)
    })
}

// SPDX-License-Identifier: Apache-2.0
//! Columns that a commit adds to the table's schema, and the columns whose statistics it has to bring.

use std::ffi::c_char;

use delta_kernel::committer::FileSystemCommitter;
use delta_kernel::expressions::ColumnName;
use delta_kernel::schema::StructField;
use delta_kernel::transaction::{UpdateTableOperation, UpdateTableTransactionBuilder};

use crate::abi::{arg, c_string, db_error, guard, handle, out, slice};
use crate::engine::db_engine;
use crate::errors::Res;
use crate::snapshot::db_snapshot;

#[repr(C)]
pub struct db_new_column {
    parent: *const *const c_char,
    n_parent: usize,
    field_json: *const c_char,
}

pub fn add_columns(
    mut builder: UpdateTableTransactionBuilder, columns: &[db_new_column],
) -> Res<UpdateTableTransactionBuilder> {
    for column in columns {
        let parent: Vec<&str> =
            slice(column.parent, column.n_parent).iter().map(|&name| arg(name, "parent")).collect::<Res<_>>()?;
        let field: StructField = serde_json::from_str(arg(column.field_json, "column")?)?;
        builder = builder.add_column_at(ColumnName::new(parent), field);
    }
    Ok(builder)
}

/// Asked of a transaction that is never committed: it alone knows the schema after the change and the
/// table's clustering, and it is what will check the statistics.
#[no_mangle]
pub extern "C" fn db_stats_columns(
    engine: *const db_engine, base: *const db_snapshot, columns: *const db_new_column, n: usize,
    json: *mut *mut c_char, err: *mut db_error,
) -> i32 {
    guard(err, || {
        let engine = handle(engine, "engine")?.kernel();
        let snapshot = handle(base, "snapshot")?.kernel.clone();
        let builder = snapshot.update_table(UpdateTableOperation::StreamingUpdate, "", true);
        let txn = add_columns(builder, slice(columns, n))?.build(engine, Box::new(FileSystemCommitter::new()))?;
        let paths: Vec<Vec<String>> = txn.stats_columns().iter().map(|name| name.path().to_vec()).collect();
        *out(json, "json")? = c_string(serde_json::to_string(&paths)?);
        Ok(())
    })
}

// SPDX-License-Identifier: Apache-2.0
//! C rows of added files -> the kernel's batch. Statistics cross as Delta's JSON text and are parsed
//! against the table's statistics schema, because the kernel wants them as a struct: it checks them
//! there and writes JSON again.

use std::ffi::c_char;
use std::sync::Arc;

use delta_kernel::arrow::array::{
    new_null_array, Array, ArrayRef, Int64Array, MapBuilder, MapFieldNames, RecordBatch, StringArray, StringBuilder,
    StructArray,
};
use delta_kernel::arrow::datatypes::{DataType as ArrowType, Field, Schema as ArrowSchema};
use delta_kernel::engine::arrow_conversion::TryIntoArrow as _;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::transaction::Transaction;
use delta_kernel::{Engine, EngineData};

use crate::abi::{arg, db_kv, opt, slice};
use crate::errors::{internal, Res};

#[repr(C)]
pub struct db_add {
    path: *const c_char,
    partition_values: *const db_kv,
    n_partition_values: usize,
    size: i64,
    modification_time_ms: i64,
    stats_json: *const c_char,
}

fn partition_maps(adds: &[db_add]) -> Res<ArrayRef> {
    let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
    let mut maps = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
    for add in adds {
        for kv in slice(add.partition_values, add.n_partition_values) {
            maps.keys().append_value(arg(kv.key, "partition key")?);
            maps.values().append_option(opt(kv.value, "partition value")?);
        }
        maps.append(true)?;
    }
    Ok(Arc::new(maps.finish()))
}

fn stats_column(engine: &dyn Engine, txn: &Transaction, adds: &[db_add]) -> Res<ArrayRef> {
    let schema = txn.stats_schema()?;
    let arrow: ArrowSchema = schema.as_ref().try_into_arrow().map_err(|e| internal(format!("{e}")))?;
    let texts = adds.iter().map(|add| opt(add.stats_json, "stats")).collect::<Res<Vec<_>>>()?;
    if texts.iter().all(Option::is_none) {
        return Ok(new_null_array(&ArrowType::Struct(arrow.fields().clone()), adds.len()));
    }
    let texts: ArrayRef = Arc::new(StringArray::from(texts));
    let rows = Box::new(ArrowEngineData::new(RecordBatch::try_from_iter([("s", texts)])?));
    let parsed = ArrowEngineData::try_from_engine_data(engine.json_handler().parse_json(rows, schema)?)?;
    Ok(Arc::new(StructArray::from(parsed.record_batch().clone())))
}

pub fn adds_batch(engine: &dyn Engine, txn: &Transaction, adds: &[db_add]) -> Res<Box<dyn EngineData>> {
    let paths = adds.iter().map(|add| arg(add.path, "path")).collect::<Res<Vec<_>>>()?;
    let partitions = partition_maps(adds)?;
    let stats = stats_column(engine, txn, adds)?;
    let sizes = Int64Array::from_iter_values(adds.iter().map(|add| add.size));
    let times = Int64Array::from_iter_values(adds.iter().map(|add| add.modification_time_ms));
    let columns: Vec<(Field, ArrayRef)> = vec![
        (Field::new("path", ArrowType::Utf8, false), Arc::new(StringArray::from(paths))),
        (Field::new("partitionValues", partitions.data_type().clone(), false), partitions),
        (Field::new("size", ArrowType::Int64, false), Arc::new(sizes)),
        (Field::new("modificationTime", ArrowType::Int64, false), Arc::new(times)),
        (Field::new("stats", stats.data_type().clone(), true), stats),
    ];
    let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    let batch = RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), arrays)?;
    Ok(Box::new(ArrowEngineData::new(batch)))
}

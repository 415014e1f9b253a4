// SPDX-License-Identifier: Apache-2.0
//! The engine of one table: its root, its store (with fsync), a small runtime, and the kernel's engine.

use std::ffi::c_char;
use std::num::NonZero;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use delta_kernel::object_store::{local::LocalFileSystem, path::Path, DynObjectStore};
use delta_kernel::Engine;
use delta_kernel_default_engine::executor::tokio::TokioMultiThreadExecutor;
use delta_kernel_default_engine::{DefaultEngine, DefaultEngineBuilder};
use url::Url;

use crate::abi::{arg, db_error, guard, out};
use crate::errors::{internal, invalid, Res};
use crate::panics;

pub struct db_engine {
    pub url: Url,
    pub root: Path,
    pub store: Arc<DynObjectStore>,
    pub runtime: tokio::runtime::Runtime,
    engine: Arc<DefaultEngine<TokioMultiThreadExecutor>>,
}

impl db_engine {
    pub fn kernel(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    /// A path below the table root.
    pub fn path(&self, relative: &str) -> Res<Path> {
        let full = format!("{}/{}", self.root, relative.trim_start_matches('/'));
        Path::parse(full).map_err(|e| invalid(e.to_string()))
    }

    pub fn commit_path(&self, version: u64) -> Res<Path> {
        self.path(&format!("_delta_log/{version:020}.json"))
    }

    fn open(table_path: &str) -> Res<Self> {
        // Canonical, as the kernel's own paths are; a URL of it escapes what a URL must escape.
        let directory = std::fs::canonicalize(table_path)?;
        let url = Url::from_directory_path(&directory).map_err(|()| invalid(format!("{table_path} is no path")))?;
        let root = Path::from_url_path(url.path()).map_err(|e| invalid(e.to_string()))?;
        // By hand, because a store made from a URL does not fsync.
        let store: Arc<DynObjectStore> = Arc::new(LocalFileSystem::new().with_fsync(true));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(8)
            .thread_name("delta-io")
            .enable_all()
            .build()
            .map_err(|e| internal(e.to_string()))?;
        let engine = DefaultEngineBuilder::new(store.clone())
            .with_task_executor(Arc::new(TokioMultiThreadExecutor::new(runtime.handle().clone())))
            .with_batch_size(NonZero::new(4096).expect("4096 is not zero"))
            .build();
        Ok(db_engine { url, root, store, runtime, engine: Arc::new(engine) })
    }
}

#[no_mangle]
pub extern "C" fn db_engine_open(table_path: *const c_char, result: *mut *mut db_engine, err: *mut db_error) -> i32 {
    panics::install_hook();
    guard(err, || {
        let result = out(result, "engine")?;
        *result = Box::into_raw(Box::new(db_engine::open(arg(table_path, "table_path")?)?));
        Ok(())
    })
}

#[no_mangle]
pub extern "C" fn db_engine_free(engine: *mut db_engine) {
    if !engine.is_null() {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(engine) })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_hold_what_a_url_must_escape() {
        let directory = std::env::temp_dir().join(format!("sluice 50% #1? {}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let engine = db_engine::open(directory.to_str().unwrap()).unwrap();
        let path = engine.commit_path(7).unwrap();
        assert!(path.as_ref().ends_with("_delta_log/00000000000000000007.json"), "{path}");
        engine.runtime.block_on(async {
            use delta_kernel::object_store::ObjectStoreExt as _;
            engine.store.put(&path, "x".into()).await.unwrap();
        });
        assert!(directory.join("_delta_log/00000000000000000007.json").exists());
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn an_absent_directory_is_not_found() {
        let fail = db_engine::open("/nonexistent/table").err().unwrap();
        assert_eq!(fail.0, crate::errors::NOT_FOUND);
    }
}

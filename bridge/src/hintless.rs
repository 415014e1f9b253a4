// SPDX-License-Identifier: Apache-2.0
//! An engine that does not see `_last_checkpoint`. The kernel refuses a table whose hint names a
//! checkpoint that is gone, even if an older one and all commits are there; without the hint it finds
//! what exists by listing.

use std::sync::Arc;

use bytes::Bytes;
use delta_kernel::{
    Engine, EvaluationHandler, FileMeta, FileSlice, JsonHandler, KernelError, KernelResult, KernelResultIteratorStatic,
    ParquetHandler, StorageHandler,
};
use url::Url;

struct HintlessStorage(Arc<dyn StorageHandler>);

fn is_hint(url: &Url) -> bool {
    url.path().ends_with("/_delta_log/_last_checkpoint")
}

impl StorageHandler for HintlessStorage {
    fn list_from(&self, path: &Url) -> KernelResult<KernelResultIteratorStatic<FileMeta>> {
        self.0.list_from(path)
    }
    fn read_files(&self, files: Vec<FileSlice>) -> KernelResult<KernelResultIteratorStatic<Bytes>> {
        if let Some((url, _)) = files.iter().find(|(url, _)| is_hint(url)) {
            // The kernel looks for this error in the first item, not in the call.
            return Ok(Box::new(std::iter::once(Err(KernelError::file_not_found(url)))));
        }
        self.0.read_files(files)
    }
    fn copy_atomic(&self, from: &Url, to: &Url) -> KernelResult<()> {
        self.0.copy_atomic(from, to)
    }
    fn put(&self, path: &Url, data: Bytes, overwrite: bool) -> KernelResult<()> {
        self.0.put(path, data, overwrite)
    }
    fn head(&self, path: &Url) -> KernelResult<FileMeta> {
        self.0.head(path)
    }
    fn delete(&self, path: &Url) -> KernelResult<()> {
        self.0.delete(path)
    }
}

pub struct HintlessEngine {
    evaluation: Arc<dyn EvaluationHandler>,
    storage: Arc<dyn StorageHandler>,
    json: Arc<dyn JsonHandler>,
    parquet: Arc<dyn ParquetHandler>,
}

impl HintlessEngine {
    pub fn over(engine: &dyn Engine) -> Self {
        HintlessEngine {
            evaluation: engine.evaluation_handler(),
            storage: Arc::new(HintlessStorage(engine.storage_handler())),
            json: engine.json_handler(),
            parquet: engine.parquet_handler(),
        }
    }
}

impl Engine for HintlessEngine {
    fn evaluation_handler(&self) -> Arc<dyn EvaluationHandler> {
        self.evaluation.clone()
    }
    fn storage_handler(&self) -> Arc<dyn StorageHandler> {
        self.storage.clone()
    }
    fn json_handler(&self) -> Arc<dyn JsonHandler> {
        self.json.clone()
    }
    fn parquet_handler(&self) -> Arc<dyn ParquetHandler> {
        self.parquet.clone()
    }
}

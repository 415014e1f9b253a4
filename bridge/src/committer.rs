// SPDX-License-Identifier: Apache-2.0
//! The kernel's committer: shapes the text, puts it, and remembers how the put went. The memory is what
//! `db_commit` believes, because the kernel may fail after its commit has landed.

use std::sync::{Arc, Mutex};

use delta_kernel::committer::{CommitMetadata, CommitResponse, Committer, PublishMetadata};
use delta_kernel::engine::arrow_utils::to_json_bytes;
use delta_kernel::object_store::{path::Path, DynObjectStore};
use delta_kernel::{Engine, FileMeta, FilteredEngineData, KernelError, KernelResult, KernelResultIterator};

use crate::commit_text::{shape, CommitInfo};
use crate::errors::Fail;
use crate::put::{put_if_absent, PutOutcome};

/// How the put went; None: it was not reached.
pub type PutMemory = Arc<Mutex<Option<PutOutcome>>>;

pub struct BridgeCommitter {
    pub store: Arc<DynObjectStore>,
    pub runtime: tokio::runtime::Handle,
    pub info: CommitInfo,
    pub memory: PutMemory,
}

// A bare IOError is the only error that the kernel understands as "not committed, may be tried again".
fn io_error(text: String) -> KernelError {
    KernelError::IOError(std::io::Error::other(text))
}

impl Committer for BridgeCommitter {
    fn commit(
        &self, _engine: &dyn Engine, actions: KernelResultIterator<'_, FilteredEngineData>, meta: CommitMetadata,
    ) -> KernelResult<CommitResponse> {
        let bytes = shape(&to_json_bytes(actions)?, &self.info).map_err(|Fail(_, text)| KernelError::generic(text))?;
        let url = meta.published_commit_path()?;
        let path = Path::from_url_path(url.path())?;
        let size = bytes.len() as u64;
        let outcome = self.runtime.block_on(put_if_absent(&self.store, &path, bytes));
        if let Ok(mut memory) = self.memory.lock() {
            *memory = Some(outcome.clone());
        }
        match outcome {
            PutOutcome::Committed => {
                Ok(CommitResponse::Committed { file_meta: FileMeta::new(url, meta.in_commit_timestamp(), size) })
            }
            PutOutcome::Conflict => Ok(CommitResponse::Conflict { version: meta.version() }),
            PutOutcome::Refused(Fail(_, text)) | PutOutcome::Unknown(text) => Err(io_error(text)),
        }
    }

    fn is_catalog_committer(&self) -> bool {
        false
    }

    fn publish(&self, _: &dyn Engine, meta: PublishMetadata) -> KernelResult<()> {
        if meta.commits_to_publish().is_empty() {
            Ok(())
        } else {
            Err(KernelError::generic("nothing to publish here"))
        }
    }
}

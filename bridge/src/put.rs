// SPDX-License-Identifier: Apache-2.0
//! Put-if-absent of a commit file, with the outcome resolved by reading back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use delta_kernel::object_store::{self, path::Path, DynObjectStore, ObjectStore as _, ObjectStoreExt as _, PutMode};

use crate::errors::{Fail, IO};

#[derive(Debug, Clone)]
pub enum PutOutcome {
    Committed,
    Conflict,
    /// The store refused (no room, no right) and the file is not there: nothing landed.
    Refused(Fail),
    /// The store would neither confirm nor deny.
    Unknown(String),
}

const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// PUT with "must not exist". A refusal or an error is not believed until the object has been read:
/// * our bytes are there (each commit carries an id of its own) -> an earlier attempt landed: committed;
/// * other bytes -> a real conflict;
/// * nothing there -> a refusal without a winner, or a lost request: try again.
pub async fn put_if_absent(store: &Arc<DynObjectStore>, path: &Path, bytes: Bytes) -> PutOutcome {
    let mut last = String::new();
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            tokio::time::sleep(FIRST_PAUSE * 2u32.pow(attempt - 1)).await;
        }
        let refusal: Fail = match store.put_opts(path, bytes.clone().into(), PutMode::Create.into()).await {
            Ok(_) => return PutOutcome::Committed,
            Err(e) => e.into(),
        };
        match async { store.get(path).await?.bytes().await }.await {
            Ok(found) if found == bytes => return PutOutcome::Committed,
            Ok(_) => return PutOutcome::Conflict,
            Err(object_store::Error::NotFound { .. }) if refusal.0 != IO => return PutOutcome::Refused(refusal),
            Err(object_store::Error::NotFound { .. }) => last = refusal.1,
            Err(e) => last = format!("{}; reading it back: {e}", refusal.1),
        }
    }
    PutOutcome::Unknown(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use delta_kernel::object_store::memory::InMemory;

    fn put(runtime: &tokio::runtime::Runtime, store: &Arc<DynObjectStore>, text: &'static str) -> PutOutcome {
        runtime.block_on(put_if_absent(store, &Path::from("_delta_log/0.json"), Bytes::from(text)))
    }

    #[test]
    fn the_same_bytes_are_our_own_earlier_success_and_others_a_conflict() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let store: Arc<DynObjectStore> = Arc::new(InMemory::new());
        assert!(matches!(put(&runtime, &store, "a"), PutOutcome::Committed));
        assert!(matches!(put(&runtime, &store, "a"), PutOutcome::Committed));
        assert!(matches!(put(&runtime, &store, "b"), PutOutcome::Conflict));
    }
}

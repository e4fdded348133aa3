//! A store in memory whose n-th call fails.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt as _, StreamExt as _};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::*;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// The store refuses.
    Refused,
    /// The request is lost.
    Lost,
    /// The answer is lost: it was done.
    AnswerLost,
    /// The request is lost, and so is everything after it: to the store it looks as if we were killed.
    Killed,
    /// The same, after it was done.
    KilledAfter,
}

impl How {
    pub(super) const ALL: [Self; 5] = [Self::Refused, Self::Lost, Self::AnswerLost, Self::Killed, Self::KilledAfter];

    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Killed | Self::KilledAfter)
    }
}

/// Which call fails, and how.
#[derive(Debug)]
struct Plan {
    calls: AtomicUsize,
    fails: Mutex<Option<(usize, How)>>,
}

impl Plan {
    fn now(&self) -> Option<How> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        match *self.fails.lock().unwrap() {
            Some((at, how)) if call == at => Some(how),
            Some((at, how)) if call > at && how.is_final() => Some(How::Killed),
            _ => None,
        }
    }

    /// Does something, or not, and tells the truth about it, or not.
    async fn pass<T>(&self, act: impl Future<Output = Result<T>>) -> Result<T> {
        match self.now() {
            None => act.await,
            Some(How::Refused) => {
                Err(Error::PermissionDenied { path: String::new(), source: "<Code>AccessDenied</Code>".into() })
            }
            Some(How::Lost | How::Killed) => Err(silence()),
            Some(How::AnswerLost | How::KilledAfter) => {
                let _ = act.await;
                Err(silence())
            }
        }
    }
}

fn silence() -> Error {
    Error::Generic { store: "test", source: Box::new(HttpError::new(HttpErrorKind::Timeout, fmt::Error)) }
}

/// The store; its clones are one.
#[derive(Clone, Debug)]
pub(super) struct Failing {
    pub(super) inner: Arc<InMemory>,
    plan: Arc<Plan>,
}

impl Failing {
    pub(super) fn new() -> Self {
        let plan = Plan { calls: AtomicUsize::new(0), fails: Mutex::new(None) };
        Self { inner: Arc::new(InMemory::new()), plan: Arc::new(plan) }
    }

    /// From now on the n-th call fails, counted from 0.
    pub(super) fn fails_at(&self, call: usize, how: How) {
        self.plan.calls.store(0, Ordering::SeqCst);
        *self.plan.fails.lock().unwrap() = Some((call, how));
    }

    /// Nothing fails any more; says whether so many calls came that one did.
    pub(super) fn heals(&self) -> bool {
        let planned = self.plan.fails.lock().unwrap().take();
        planned.is_some_and(|(at, _)| self.plan.calls.load(Ordering::SeqCst) > at)
    }

    pub(super) fn calls(&self) -> usize {
        self.plan.calls.swap(0, Ordering::SeqCst)
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a store that fails")
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.plan.pass(self.inner.put_opts(at, payload, options)).await
    }

    async fn put_multipart_opts(&self, at: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.plan.pass(self.inner.put_multipart_opts(at, options)).await?;
        Ok(Box::new(Parts { upload, plan: Arc::clone(&self.plan) }))
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.plan.pass(self.inner.get_opts(at, options)).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (inner, plan) = (Arc::clone(&self.inner), Arc::clone(&self.plan));
        paths
            .then(move |path| {
                let (inner, plan) = (Arc::clone(&inner), Arc::clone(&plan));
                async move {
                    let path = path?;
                    plan.pass(inner.delete(&path)).await.map(|()| path)
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (listed, plan) = (self.inner.list(prefix), Arc::clone(&self.plan));
        async move { plan.pass(async { Ok(listed) }).await }
            .into_stream()
            .flat_map(|listed| match listed {
                Ok(listed) => listed,
                Err(error) => futures_util::stream::iter([Err(error)]).boxed(),
            })
            .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.plan.pass(self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct Parts {
    upload: Box<dyn MultipartUpload>,
    plan: Arc<Plan>,
}

#[async_trait]
impl MultipartUpload for Parts {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (part, plan) = (self.upload.put_part(data), Arc::clone(&self.plan));
        async move { plan.pass(part).await }.boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.plan.pass(self.upload.complete()).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.plan.pass(self.upload.abort()).await
    }
}

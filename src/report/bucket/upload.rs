//! One file on its way into the bucket.
//!
//! Invariant: whatever its size, a file has a few parts in memory and is there whole or not at all: a small one is put at
//! once, a large one in parts that the store joins at the end.

use std::io::{self, Write};
use std::sync::Arc;

use object_store::buffered::BufWriter;
use object_store::{Attribute, Attributes, PutOptions};
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use super::{Bucket, Fault};
use crate::report::Error;
use crate::report::files::{Counted, Entry, NewFile};

/// The smallest part that S3 joins.
const PART: usize = 5 * 1024 * 1024;

/// Parts under way while the next one is written.
const AT_ONCE: usize = 2;

/// A writer for plain functions that hands over what it gets.
struct Upload<'a> {
    bucket: &'a Bucket,
    by: Instant,
    writer: BufWriter,
    fault: Option<Fault>,
}

impl Bucket {
    /// Writes one file of a run, and tells it as the manifest does.
    pub(super) fn upload(&self, run_id: &str, (name, write): &NewFile<'_>, by: Instant) -> Result<Entry, Error> {
        let object = format!("{run_id}/{name}");
        let writer = BufWriter::with_capacity(Arc::clone(&self.store), self.at(&object), PART)
            .with_max_concurrency(AT_ONCE)
            .with_attributes(attributes(name));
        let upload = Upload { bucket: self, by, writer, fault: None };
        let mut buffered = io::BufWriter::with_capacity(1 << 16, Counted::new(upload));
        let written = write(&mut buffered).and_then(|()| buffered.flush());
        let (entry, upload) = buffered.into_parts().0.ends(name);
        upload.ends(written).map(|()| entry).map_err(|fault| match fault {
            Ok(fault) => self.failed("write the report", &object)(fault),
            Err(source) => Error::Words { source },
        })
    }

    /// Writes a small object at once.
    pub(super) fn put(&self, name: &str, bytes: Vec<u8>, by: Instant) -> Result<(), Fault> {
        let (path, options) = (self.at(name), PutOptions::from(attributes(name)));
        self.wait(by, self.store.put_opts(&path, bytes.into(), options)).map(|_| ())
    }
}

/// What a browser is told of a file.
fn attributes(name: &str) -> Attributes {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv") => "text/csv; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    };
    Attributes::from_iter([(Attribute::ContentType, kind)])
}

impl Upload<'_> {
    /// Ends it, after the last byte or a fault: one of the store also where whoever wrote did not mind it.
    fn ends(mut self, written: io::Result<()>) -> Result<(), Result<Fault, io::Error>> {
        let failed = match (self.fault.take(), written) {
            (None, Ok(())) => {
                let end = async { self.writer.shutdown().await.map_err(client_error) };
                return self.bucket.wait(self.by, end).map_err(Ok);
            }
            (Some(fault), _) => Ok(fault),
            (None, Err(error)) => Err(error),
        };
        // The parts of a file that is given up cost money where nobody sees them. It is not worth another fault.
        let _ = self.bucket.wait(self.by, self.writer.abort());
        Err(failed)
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.fault.is_none() {
            let part = self.writer.put(bytes.to_vec().into());
            self.fault = self.bucket.wait(self.by, part).err();
        }
        match self.fault {
            None => Ok(bytes.len()),
            Some(_) => Err(io::ErrorKind::Other.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The store's error, which the writer put into one of its own.
fn client_error(error: io::Error) -> object_store::Error {
    error
        .downcast::<object_store::Error>()
        .unwrap_or_else(|error| object_store::Error::Generic { store: "upload", source: error.into() })
}

//! Kept bytes, in parts under their SHA-256.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{Engine, Ordered, Result, keys, kind};
use crate::store::BlobId;

/// Bytes of one part; also of one line of a dump.
pub(in crate::store) const PART_BYTES: usize = 48 * 1024;
/// Parts written at a time, so that a large blob does not become one large batch.
const PARTS_AT_ONCE: usize = 32;

impl<E: Engine> Ordered<E> {
    /// Writes the parts, then the length that makes them count.
    pub(super) fn keep_blob(&self, bytes: &[u8]) -> Result<BlobId> {
        let id: [u8; 32] = Sha256::digest(bytes).into();
        let name = BlobId(HEXLOWER.encode(&id));
        let head = keys::named(kind::BLOB, &id);
        if self.get(&head)?.is_some() {
            return Ok(name);
        }
        let parts: Vec<_> = (0_u32..).zip(bytes.chunks(PART_BYTES)).collect();
        for some in parts.chunks(PARTS_AT_ONCE) {
            self.commit(|draft| {
                some.iter().for_each(|(at, part)| draft.put(keys::blob_part(&id, *at), part.to_vec()));
                Ok(())
            })?;
        }
        self.commit(|draft| {
            draft.put(head, (bytes.len() as u64).to_be_bytes().to_vec());
            Ok(())
        })?;
        Ok(name)
    }

    /// Puts the parts together again and checks their digest.
    pub(super) fn kept_blob(&self, name: &BlobId) -> Result<Option<Vec<u8>>> {
        let Some(id) = keys::blob_id(name) else { return Ok(None) };
        let Some(head) = self.get(&keys::named(kind::BLOB, &id))? else { return Ok(None) };
        let length = <[u8; 8]>::try_from(head).map(u64::from_be_bytes).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        for at in 0_u32.. {
            if bytes.len() as u64 >= length {
                break;
            }
            let Some(part) = self.get(&keys::blob_part(&id, at))?.filter(|part| !part.is_empty()) else { break };
            bytes.extend(part);
        }
        if Sha256::digest(&bytes)[..] != id {
            return Err(self.damaged(&format!("kept bytes {name} differ from their digest")));
        }
        Ok(Some(bytes))
    }
}

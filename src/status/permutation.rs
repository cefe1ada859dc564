/// A keyed random permutation of a list's indexes: the n-th credential gets `index(n)`, so that neighbours in time are
/// not neighbours in the list, and no index is used twice as long as no `n` is.
#[derive(Clone)]
pub struct Permutation {
    _key: [u8; 32],
}

impl Permutation {
    /// Returns the permutation of list `list` under a secret.
    pub fn new(_secret: &[u8; 32], _list: u32) -> Self {
        unimplemented!("room status")
    }

    /// Returns the index of the n-th entry; `n` is below [`super::LIST_ENTRIES`].
    pub fn index(&self, _n: u32) -> u32 {
        unimplemented!("room status")
    }
}

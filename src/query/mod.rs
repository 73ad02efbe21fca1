//! What can be asked of data: plain values.

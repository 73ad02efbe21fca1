//! How numbers are fetched: opening files, pages of rows, grouped sums.

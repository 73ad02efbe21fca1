//! The table of leaves, and where the leaves of a cell are.

/// One column of the leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// How many values it has.
    pub size: usize,
    /// The value of each leaf, `0 … size`.
    pub codes: Vec<u32>,
}

/// Leaves by their columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leaves {
    dimensions: Vec<Dimension>,
    len: usize,
    /// By dimension and value: its leaves, ascending.
    by_value: Vec<Vec<Vec<u32>>>,
}

impl Leaves {
    /// Puts columns together. Codes that are not below `size`, or columns of different lengths, give no leaves at
    /// all: absent.
    #[must_use]
    pub fn new(dimensions: Vec<Dimension>) -> Option<Self> {
        let len = dimensions.first().map_or(0, |d| d.codes.len());
        let mut by_value = Vec::with_capacity(dimensions.len());
        for dimension in &dimensions {
            if dimension.codes.len() != len || u32::try_from(len).is_err() {
                return None;
            }
            let mut lists: Vec<Vec<u32>> = vec![Vec::new(); dimension.size];
            for (leaf, code) in (0u32..).zip(&dimension.codes) {
                lists.get_mut(*code as usize)?.push(leaf);
            }
            by_value.push(lists);
        }
        Some(Self { dimensions, len, by_value })
    }

    /// The columns.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// Number of leaves.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no leaf.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The leaves in a cell, ascending; of the empty place all of them. A place is a list of (dimension, value).
    #[must_use]
    pub fn within(&self, place: &[(usize, u32)]) -> Vec<u32> {
        let list = |(d, v): &(usize, u32)| self.by_value.get(*d).and_then(|lists| lists.get(*v as usize));
        let Some(shortest) = place.iter().filter_map(list).min_by_key(|l| l.len()) else {
            return if place.is_empty() { (0u32..).take(self.len).collect() } else { Vec::new() };
        };
        let fits = |leaf: &u32| {
            place.iter().all(|(d, v)| {
                self.dimensions.get(*d).and_then(|dim| dim.codes.get(*leaf as usize)).is_some_and(|code| code == v)
            })
        };
        shortest.iter().copied().filter(fits).collect()
    }

    /// All combinations of up to `depth` columns, each with its number of cells.
    pub(super) fn cuboids(&self, depth: usize, most_cells: usize) -> Vec<Cuboid> {
        let mut out = Vec::new();
        let mut open: Vec<Vec<usize>> = vec![Vec::new()];
        while let Some(taken) = open.pop() {
            let next = taken.last().map_or(0, |d| d + 1);
            for d in next..self.dimensions.len() {
                let mut wider = taken.clone();
                wider.push(d);
                let cells = wider.iter().try_fold(1usize, |n, d| n.checked_mul(self.dimensions[*d].size.max(1)));
                if let Some(cells) = cells.filter(|n| *n <= most_cells) {
                    if wider.len() < depth {
                        open.push(wider.clone());
                    }
                    out.push(Cuboid { dimensions: wider, cells });
                }
            }
        }
        out.sort_by(|a, b| a.dimensions.len().cmp(&b.dimensions.len()).then(a.dimensions.cmp(&b.dimensions)));
        out
    }
}

/// A combination of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cuboid {
    /// Its columns, ascending.
    pub dimensions: Vec<usize>,
    /// Its cells, whether leaves stand in them or not.
    pub cells: usize,
}

impl Cuboid {
    /// The number of the cell in which a leaf stands.
    pub fn cell(&self, leaves: &Leaves, leaf: usize) -> usize {
        self.dimensions.iter().fold(0, |at, d| {
            let dimension = &leaves.dimensions[*d];
            at * dimension.size + dimension.codes[leaf] as usize
        })
    }

    /// The numbers of the cells in which these leaves stand.
    pub fn cells_of(&self, leaves: &Leaves, of: &[u32]) -> Vec<usize> {
        let mut out = vec![0; of.len()];
        for d in &self.dimensions {
            let dimension = &leaves.dimensions[*d];
            for (cell, leaf) in out.iter_mut().zip(of) {
                *cell = *cell * dimension.size + dimension.codes[*leaf as usize] as usize;
            }
        }
        out
    }

    /// The place of a cell by its number.
    pub fn place(&self, leaves: &Leaves, cell: usize) -> Vec<(usize, u32)> {
        let mut rest = cell;
        let mut out: Vec<(usize, u32)> = Vec::with_capacity(self.dimensions.len());
        for d in self.dimensions.iter().rev() {
            let size = leaves.dimensions[*d].size.max(1);
            out.push((*d, u32::try_from(rest % size).unwrap_or(u32::MAX)));
            rest /= size;
        }
        out.reverse();
        out
    }
}

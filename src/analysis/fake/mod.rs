//! A small engine in memory for tests: plain loops over rows, and just enough SQL for conditions.

use std::collections::BTreeMap;

use crate::engine::{Engine, EngineError, Fingerprint, Ticket};
use crate::query::{
    Cell, ColumnInfo, ColumnProfile, GroupQuery, GroupRow, Key, KeyBin, Measure, Page, ReadingReport, Schema, Sums,
    TopValue, ValueType,
};

mod sql;

use sql::{Parser, tokens};

/// Rows in memory.
pub struct Fake {
    schema: Schema,
    rows: Vec<Vec<Cell>>,
    reading: ReadingReport,
}

impl Fake {
    pub fn new(columns: &[(&str, ValueType)], rows: Vec<Vec<Cell>>) -> Self {
        let columns = columns.iter().map(|(n, t)| ColumnInfo { name: (*n).into(), dtype: *t }).collect();
        Self { schema: Schema { columns }, rows, reading: ReadingReport::default() }
    }

    fn eval(&self, sql: &str, row: &[Cell]) -> Result<Cell, EngineError> {
        let mut p = Parser { tokens: tokens(sql), at: 0, schema: &self.schema, row };
        let v = p.or()?;
        if p.at < p.tokens.len() {
            return Err(EngineError::request(format!("SQL left over: {:?}", &p.tokens[p.at..]), ""));
        }
        Ok(v)
    }

    fn key(&self, key: &Key, row: &[Cell]) -> Result<Cell, EngineError> {
        if key.column {
            let i = self.schema.columns.iter().position(|c| c.name == key.expr);
            let i = i.ok_or_else(|| EngineError::request(format!("There is no column \"{}\".", key.expr), ""))?;
            return Ok(row[i].clone());
        }
        self.eval(&key.expr, row)
    }

    fn kept(&self, conditions: [Option<&str>; 2]) -> Result<Vec<&Vec<Cell>>, EngineError> {
        let mut out = Vec::new();
        'rows: for row in &self.rows {
            for c in conditions.into_iter().flatten() {
                if self.eval(c, row)? != Cell::Bool(true) {
                    continue 'rows;
                }
            }
            out.push(row);
        }
        Ok(out)
    }
}

fn order(c: &Cell) -> (u8, f64, String) {
    match c {
        Cell::Null => (9, 0.0, String::new()),
        Cell::Text(s) => (1, 0.0, s.clone()),
        other => (0, other.as_f64().unwrap(), String::new()),
    }
}

fn compare(a: &Cell, b: &Cell) -> std::cmp::Ordering {
    order(a).partial_cmp(&order(b)).unwrap()
}

impl Engine for Fake {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn row_count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn reading(&self) -> &ReadingReport {
        &self.reading
    }

    fn page(&self, start: u64, len: usize) -> Result<Page, EngineError> {
        let skip = usize::try_from(start).unwrap();
        Ok(Page { start, rows: self.rows.iter().skip(skip).take(len).cloned().collect(), columns: None })
    }

    fn aggregate(&self, query: &GroupQuery, ticket: &Ticket) -> Result<Vec<GroupRow>, EngineError> {
        ticket.check()?;
        let kpi = query.kpi.as_ref();
        let rows = self.kept([query.filter.as_deref(), kpi.and_then(|k| k.filter.as_deref())])?;
        let mut cells: Vec<Vec<Cell>> = Vec::new();
        for row in &rows {
            cells.push(query.keys.iter().map(|k| self.key(k, row)).collect::<Result<_, _>>()?);
        }
        for (i, key) in query.keys.iter().enumerate() {
            bin(&mut cells, i, &key.bin);
        }
        let mut groups: Vec<(Vec<Cell>, BTreeMap<String, Sums>)> = Vec::new();
        for (row, keys) in rows.iter().zip(cells) {
            let (y, d) = match kpi.map(|k| &k.measure) {
                None | Some(Measure::Count) => (Some(1.0), 1.0),
                Some(Measure::Rate(e) | Measure::Mean(e) | Measure::Sum(e)) => (self.eval(e, row)?.as_f64(), 1.0),
                Some(Measure::Ratio(a, b)) => {
                    let d = self.eval(b, row)?.as_f64();
                    (self.eval(a, row)?.as_f64().filter(|_| d.is_some()), d.unwrap_or(0.0))
                }
            };
            let unit = match &query.unit {
                Some(u) => format!("{:?}", self.key(&Key::column(u), row)?),
                None => format!("row {:p}", *row),
            };
            let at = groups.iter().position(|(k, _)| *k == keys).unwrap_or_else(|| {
                groups.push((keys, BTreeMap::new()));
                groups.len() - 1
            });
            let s = groups[at].1.entry(unit).or_default();
            s.n += 1;
            if let Some(y) = y {
                s.known += 1;
                s.y += y;
                s.d += d;
            }
        }
        groups.sort_by(|a, b| {
            a.0.iter().zip(&b.0).map(|(x, y)| compare(x, y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        Ok(groups
            .into_iter()
            .map(|(keys, units)| {
                let mut sums = Sums::default();
                for u in units.values() {
                    sums.n += u.n;
                    sums.known += u.known;
                    sums.units += u64::from(u.known > 0);
                    sums.y += u.y;
                    sums.d += u.d;
                    sums.yy += u.y * u.y;
                    sums.yd += u.y * u.d;
                    sums.dd += u.d * u.d;
                }
                GroupRow { keys, sums }
            })
            .collect())
    }

    fn quantiles(
        &self,
        key: &Key,
        probabilities: &[f64],
        filter: Option<&str>,
        _: &Ticket,
    ) -> Result<Vec<f64>, EngineError> {
        let mut values = Vec::new();
        for row in self.kept([filter, None])? {
            let cell = self.key(key, row)?;
            let epoch = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
            let seconds = |s: &str| Some(s.parse::<jiff::civil::DateTime>().ok()?.duration_since(epoch).as_secs());
            match &cell {
                #[allow(clippy::cast_precision_loss)]
                Cell::Text(s) => values.extend(seconds(s).map(|s| s as f64)),
                other => values.extend(other.as_f64().filter(|x| !x.is_nan())),
            }
        }
        values.sort_by(f64::total_cmp);
        if values.is_empty() {
            return Ok(Vec::new());
        }
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(probabilities
            .iter()
            .map(|p| {
                let at = p * (values.len() - 1) as f64;
                let (i, part) = (at.floor() as usize, at.fract());
                values[i] + part * (values[(i + 1).min(values.len() - 1)] - values[i])
            })
            .collect())
    }

    fn column_profile(&self, column: &str, filter: Option<&str>, _: &Ticket) -> Result<ColumnProfile, EngineError> {
        let key = Key::column(column);
        let mut counts: Vec<(Cell, u64)> = Vec::new();
        for row in self.kept([filter, None])? {
            let cell = self.key(&key, row)?;
            match counts.iter_mut().find(|(c, _)| *c == cell) {
                Some((_, n)) => *n += 1,
                None => counts.push((cell, 1)),
            }
        }
        let nulls = counts.iter().find(|(c, _)| *c == Cell::Null).map_or(0, |(_, n)| *n);
        counts.retain(|(c, _)| *c != Cell::Null);
        counts.sort_by(|a, b| compare(&a.0, &b.0));
        let (min, max) = (counts.first().map(|c| c.0.clone()), counts.last().map(|c| c.0.clone()));
        let distinct = counts.len() as u64;
        #[allow(clippy::cast_precision_loss)]
        let numbers: Vec<(f64, f64)> =
            counts.iter().filter_map(|(c, n)| c.as_f64().filter(|x| x.is_finite()).map(|x| (x, *n as f64))).collect();
        let n: f64 = numbers.iter().map(|x| x.1).sum();
        let mean = (n > 0.0).then(|| numbers.iter().map(|(x, n)| x * n).sum::<f64>() / n);
        let sd = mean
            .filter(|_| n > 1.0)
            .map(|m| (numbers.iter().map(|(x, k)| k * (x - m).powi(2)).sum::<f64>() / (n - 1.0)).sqrt());
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(compare(&a.0, &b.0)));
        Ok(ColumnProfile {
            name: column.into(),
            dtype: self.schema.get(column).unwrap().dtype,
            nulls,
            distinct,
            distinct_exact: true,
            min: min.unwrap_or(Cell::Null),
            max: max.unwrap_or(Cell::Null),
            mean,
            sd,
            quantiles: BTreeMap::new(),
            top: counts.into_iter().take(10).map(|(value, n)| TopValue { value, n }).collect(),
            histogram: Vec::new(),
            alerts: Vec::new(),
            skewness: None,
            texts: None,
        })
    }

    fn check_sql(&self, expression: &str) -> Result<(), EngineError> {
        let nulls = vec![Cell::Null; self.schema.columns.len()];
        self.eval(expression, &nulls).map(|_| ())
    }

    fn sql(&self, query: &str, _: usize, _: &Ticket) -> Result<(Schema, Page), EngineError> {
        // Only SELECT COUNT(*) FROM data [WHERE …], which is what the tests ask.
        let rest = query
            .strip_prefix("SELECT COUNT(*) FROM data")
            .ok_or_else(|| EngineError::request(format!("This SQL can't be read: {query}"), ""))?;
        let n = self.kept([rest.trim().strip_prefix("WHERE "), None])?.len();
        let schema = Schema { columns: vec![ColumnInfo { name: "n".into(), dtype: ValueType::Int }] };
        Ok((schema, Page { start: 0, rows: vec![vec![Cell::Int(i64::try_from(n).unwrap())]], columns: None }))
    }

    fn view(
        self: std::sync::Arc<Self>,
        _: &crate::query::View,
        _: &Ticket,
    ) -> Result<std::sync::Arc<dyn Engine>, EngineError> {
        Err(EngineError::request("The rows of a test are not looked at through a view.", ""))
    }

    fn fingerprint(&self, _: &Ticket) -> Result<Fingerprint, EngineError> {
        Ok(Fingerprint { rows: self.row_count(), ..Fingerprint::default() })
    }
}

fn bin(cells: &mut [Vec<Cell>], i: usize, bin: &KeyBin) {
    let mut keep: Vec<Cell> = Vec::new();
    if let KeyBin::Top(n) = bin {
        let mut counts: Vec<(Cell, usize)> = Vec::new();
        for row in cells.iter().filter(|r| r[i] != Cell::Null) {
            match counts.iter_mut().find(|(c, _)| *c == row[i]) {
                Some((_, n)) => *n += 1,
                None => counts.push((row[i].clone(), 1)),
            }
        }
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(compare(&a.0, &b.0)));
        keep = counts.into_iter().take(*n).map(|c| c.0).collect();
    }
    for row in cells {
        let cell = &mut row[i];
        if *cell == Cell::Null {
            continue;
        }
        *cell = match bin {
            KeyBin::Value => continue,
            KeyBin::Top(_) if keep.contains(cell) => continue,
            KeyBin::Top(_) => Cell::Text("other".into()),
            KeyBin::Edges(edges) => {
                let x = cell.as_f64().unwrap();
                Cell::Int(i64::try_from(edges.iter().filter(|e| x > **e).count()).unwrap())
            }
            // The tests' days are already days.
            KeyBin::Every(_) => continue,
            KeyBin::Bucket(n) => {
                let hash =
                    format!("{cell:?}").bytes().fold(17u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
                Cell::Int(i64::try_from(hash % u64::from(*n)).unwrap())
            }
        };
    }
}

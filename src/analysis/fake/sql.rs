//! Just enough SQL for the conditions of tests.

use super::compare;
use crate::engine::EngineError;
use crate::query::{Cell, Schema};

pub fn tokens(sql: &str) -> Vec<String> {
    let chars: Vec<char> = sql.chars().collect();
    let (mut i, mut out) = (0, Vec::new());
    while i < chars.len() {
        let c = chars[i];
        let start = i;
        i += 1;
        if c.is_whitespace() {
            continue;
        } else if c == '\'' || c == '"' {
            while i < chars.len() && chars[i] != c {
                i += 1;
            }
            i += 1;
        } else if c.is_alphanumeric() || c == '_' {
            while i < chars.len() && (chars[i].is_alphanumeric() || chars[i] == '_' || chars[i] == '.') {
                i += 1;
            }
        } else if "<>=".contains(c) && i < chars.len() && "=>".contains(chars[i]) {
            i += 1;
        }
        out.push(chars[start..i.min(chars.len())].iter().collect());
    }
    out
}

pub struct Parser<'a> {
    pub tokens: Vec<String>,
    pub at: usize,
    pub schema: &'a Schema,
    pub row: &'a [Cell],
}

impl Parser<'_> {
    fn eat(&mut self, word: &str) -> bool {
        let hit = self.tokens.get(self.at).is_some_and(|t| t.eq_ignore_ascii_case(word));
        self.at += usize::from(hit);
        hit
    }

    fn truth(c: &Cell) -> Option<bool> {
        match c {
            Cell::Bool(b) => Some(*b),
            Cell::Int(i) => Some(*i != 0),
            _ => None,
        }
    }

    fn wrap(b: Option<bool>) -> Cell {
        b.map_or(Cell::Null, Cell::Bool)
    }

    pub fn or(&mut self) -> Result<Cell, EngineError> {
        let mut v = self.and()?;
        while self.eat("OR") {
            let w = self.and()?;
            v = Self::wrap(match (Self::truth(&v), Self::truth(&w)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            });
        }
        Ok(v)
    }

    fn and(&mut self) -> Result<Cell, EngineError> {
        let mut v = self.not()?;
        while self.eat("AND") {
            let w = self.not()?;
            v = Self::wrap(match (Self::truth(&v), Self::truth(&w)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            });
        }
        Ok(v)
    }

    fn not(&mut self) -> Result<Cell, EngineError> {
        if self.eat("NOT") {
            let v = self.not()?;
            return Ok(Self::wrap(Self::truth(&v).map(|b| !b)));
        }
        let a = self.value()?;
        if self.eat("IS") {
            let not = self.eat("NOT");
            self.eat("NULL");
            return Ok(Cell::Bool((a == Cell::Null) != not));
        }
        let negated = self.eat("NOT");
        if self.eat("IN") {
            self.eat("(");
            let mut hit = false;
            loop {
                hit |= self.value()? == a;
                if !self.eat(",") {
                    break;
                }
            }
            self.eat(")");
            return Ok(if a == Cell::Null { Cell::Null } else { Cell::Bool(hit != negated) });
        }
        for op in ["=", "<=", ">=", "<>", "<", ">"] {
            if self.eat(op) {
                let b = self.value()?;
                if a == Cell::Null || b == Cell::Null {
                    return Ok(Cell::Null);
                }
                let o = compare(&a, &b);
                return Ok(Cell::Bool(match op {
                    "=" => o.is_eq(),
                    "<=" => o.is_le(),
                    ">=" => o.is_ge(),
                    "<>" => o.is_ne(),
                    "<" => o.is_lt(),
                    _ => o.is_gt(),
                }));
            }
        }
        Ok(a)
    }

    fn value(&mut self) -> Result<Cell, EngineError> {
        if self.eat("(") {
            let v = self.or()?;
            self.eat(")");
            return Ok(v);
        }
        if self.eat("COALESCE") {
            self.eat("(");
            let v = self.or()?;
            self.eat(",");
            let w = self.or()?;
            self.eat(")");
            return Ok(if v == Cell::Null { w } else { v });
        }
        let t = self.tokens.get(self.at).cloned().unwrap_or_default();
        self.at += 1;
        if t == "-" {
            let v = self.value()?;
            return Ok(Cell::Float(-v.as_f64().unwrap()));
        }
        if let Some(s) = t.strip_prefix('\'') {
            return Ok(Cell::Text(s.trim_end_matches('\'').into()));
        }
        if let Ok(i) = t.parse::<i64>() {
            return Ok(Cell::Int(i));
        }
        if let Ok(x) = t.parse::<f64>() {
            return Ok(Cell::Float(x));
        }
        match t.to_ascii_uppercase().as_str() {
            "TRUE" => return Ok(Cell::Bool(true)),
            "FALSE" => return Ok(Cell::Bool(false)),
            "NULL" => return Ok(Cell::Null),
            _ => {}
        }
        let name = t.trim_matches('"');
        let i = self.schema.columns.iter().position(|c| c.name == name);
        i.map(|i| self.row[i].clone())
            .ok_or_else(|| EngineError::request(format!("There is no column \"{name}\"."), ""))
    }
}

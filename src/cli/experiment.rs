//! `whyboard experiment --base 0.05 --target 0.0475 [--per-week N] [--arms 2]`.

use clap::Args;
use serde_json::{Value, json};

use super::data_args::OutputArgs;
use super::exit::{Failure, Outcome, Streams, written};
use super::output::{Column, Field, Sheet, json_number, write};
use crate::analysis::{experiment, format};
use crate::query::ExperimentRequest;

/// Arguments of `experiment`.
#[derive(Debug, Clone, Args)]
pub struct ExperimentCommand {
    /// The KPI's level now: a rate such as 0.05 or 5%, or a mean (then with --sd)
    #[arg(long, value_name = "LEVEL", value_parser = amount, allow_hyphen_values = true)]
    pub base: f64,
    /// The level that the change should lead to
    #[arg(long, value_name = "LEVEL", value_parser = amount, allow_hyphen_values = true)]
    pub target: f64,
    /// Standard deviation of single units: the KPI is a mean
    #[arg(long, value_name = "SD")]
    pub sd: Option<f64>,
    /// Units that become eligible per week, in all arms together
    #[arg(long, value_name = "N")]
    pub per_week: Option<f64>,
    /// Weeks for which the smallest visible change is told (needs --per-week)
    #[arg(long, value_name = "WEEKS", default_value_t = 4.0)]
    pub weeks: f64,
    /// Arms, the control included
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub arms: u32,
    /// Probability of seeing the change where it is there
    #[arg(long, value_name = "P", default_value_t = 0.8)]
    pub power: f64,
    /// Two-sided error of the first kind
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub alpha: f64,
    /// Mean number of units in a cluster, where whole clusters are drawn (needs --icc)
    #[arg(long, value_name = "N", requires = "icc")]
    pub cluster: Option<f64>,
    /// How alike units of one cluster are, 0 to 1: the intra-class correlation (needs --cluster)
    #[arg(long, value_name = "RHO", requires = "cluster")]
    pub icc: Option<f64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

fn amount(text: &str) -> Result<f64, String> {
    let (digits, scale) = text.trim().strip_suffix('%').map_or((text.trim(), 1.0), |d| (d, 0.01));
    let x: f64 = digits.trim().parse().map_err(|_| "a number such as 0.05 or 5% is expected".to_owned())?;
    if x.is_finite() { Ok(x * scale) } else { Err("a finite number is expected".to_owned()) }
}

/// Runs the command.
///
/// # Errors
/// Exit 2 for numbers that make no sense.
pub fn run(args: &ExperimentCommand, streams: &mut Streams<'_>) -> Outcome {
    refuse(args)?;
    let asked = ExperimentRequest {
        base: args.base,
        target: args.target,
        sd: args.sd,
        per_week: args.per_week,
        weeks: args.weeks,
        arms: args.arms,
        power: args.power,
        alpha: args.alpha,
        cluster: args.cluster,
        icc: args.icc,
    };
    let planned = experiment::run(&asked).map_err(|e| Failure::usage(e.to_string()))?;
    let (size, duration, visible) = (planned.n_per_arm, planned.weeks, planned.mde);
    let shape = json!({ "n_per_arm": size, "weeks": json_number(duration), "mde": json_number(visible) });
    written(write(&sheet(args, size, duration, visible), &shape, &args.output, streams))
}

fn refuse(args: &ExperimentCommand) -> Result<(), Failure> {
    let share = |x: f64| x > 0.0 && x < 1.0;
    let why = if args.base == args.target {
        "--base and --target are the same: there is nothing to see."
    } else if args.sd.is_none() && !((0.0..=1.0).contains(&args.base) && (0.0..=1.0).contains(&args.target)) {
        "A rate is from 0 to 1 (or 0% to 100%). For a mean give its spread with --sd."
    } else if args.sd.is_some_and(|s| !(s > 0.0 && s.is_finite())) {
        "--sd should be more than 0."
    } else if args.arms < 2 {
        "An experiment has at least 2 arms."
    } else if !share(args.alpha) || !share(args.power) || args.power <= args.alpha {
        "--alpha and --power are from 0 to 1, and --power is the larger one."
    } else if args.per_week.is_some_and(|n| !(n > 0.0 && n.is_finite()))
        || !(args.weeks > 0.0 && args.weeks.is_finite())
    {
        "--per-week and --weeks should be more than 0."
    } else {
        return Ok(());
    };
    Err(Failure::usage(why))
}

fn sheet(args: &ExperimentCommand, size: u64, duration: Option<f64>, visible: Option<f64>) -> Sheet {
    let rate = args.sd.is_none();
    let level = |x: f64| if rate { format::percent_with(x, 2) } else { format::number(x) };
    let head = format!(
        "To see {} become {} with power {} at α {}: {} units in each of {} arms",
        level(args.base),
        level(args.target),
        args.power,
        args.alpha,
        format::count(size),
        args.arms
    );
    let mut rows = vec![vec![Field::text("units per arm"), Field::new(format::count(size), size)]];
    if let Some(w) = duration {
        rows.push(vec![Field::text("weeks"), Field::new(format::fixed(w, 1), json_number(Some(w)))]);
    }
    if args.per_week.is_some() {
        let shown = visible.map_or_else(Field::unknown, |v| {
            let text = if rate { format!("{} pp", format::fixed(v * 100.0, 2)) } else { format::number(v) };
            Field::new(text, json_number(Some(v)))
        });
        rows.push(vec![Field::text(format!("smallest change visible in {} weeks", format::number(args.weeks))), shown]);
    }
    Sheet {
        head: vec![head],
        columns: vec![Column::left("what"), Column::right("how much")],
        rows,
        csv_columns: ["n_per_arm", "weeks", "mde"].map(str::to_owned).to_vec(),
        csv_rows: vec![vec![Value::from(size), json_number(duration), json_number(visible)]],
        notes: Vec::new(),
    }
}

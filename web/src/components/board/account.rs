//! The account's ledger: what is set aside, what is shared, and what is in use.

use lambdarium_sim::view::{AccountView, FunctionView};
use yew::prelude::*;

use super::caller::cut;
use crate::geometry::{Rect, px};
use crate::texts::{self, grouped};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub at: Rect,
    pub view: AccountView,
    pub functions: Vec<Reserved>,
}

/// A function with a reservation.
#[derive(Clone, Debug, PartialEq)]
pub struct Reserved {
    name: String,
    used: u64,
    units: u64,
}

/// Most reservations listed.
const LISTED_MAX: usize = 2;

/// The functions that have a reservation.
pub fn reserved(functions: &[FunctionView]) -> Vec<Reserved> {
    let reserved = functions.iter().filter_map(|function| {
        Some(Reserved {
            name: function.name.clone(),
            used: function.on_demand + function.on_provisioned,
            units: function.reserved?,
        })
    });
    reserved.collect()
}

/// The card.
#[component]
pub fn AccountCard(props: &Props) -> Html {
    let Props { at, view, functions } = props;
    let inner = at.w - 24.0;
    let x = at.x + 12.0;
    let share = |units: u64| inner * (units as f64 / view.quota.max(1) as f64).min(1.0);
    let (set_aside, provisioned) = (share(view.reserved), share(view.provisioned));
    let pool = share(view.pool_used).max(if view.pool_used > 0 { 2.0 } else { 0.0 });
    let listed = functions.iter().take(LISTED_MAX);
    let rest = functions.len().saturating_sub(LISTED_MAX);
    html! {
        <g>
            <rect x={px(at.x)} y={px(at.y)} width={px(at.w)} height={px(at.h)} rx="8" class="card" />
            <text x={px(x)} y={px(at.y + 24.0)} class="t12 b">{ texts::CONCURRENCY }</text>
            <text x={px(x + inner)} y={px(at.y + 24.0)} class="t12 end d">{ grouped(view.quota) }</text>
            <rect x={px(x)} y={px(at.y + 34.0)} width={px(inner)} height="12" rx="2" class="lg-bg" />
            <rect x={px(x)} y={px(at.y + 34.0)} width={px(set_aside)} height="12" rx="2" class="lg-res" />
            <rect x={px(x + set_aside)} y={px(at.y + 34.0)} width={px(provisioned)} height="12" class="lg-pcb" />
            <rect x={px(x + set_aside + provisioned)} y={px(at.y + 34.0)} width={px(pool)} height="12"
                class="lg-use" />
            <Line {x} y={at.y + 70.0} w={inner} label={texts::UNRESERVED} used={view.pool_used}
                units={view.pool} />
            { for listed.enumerate().map(|(place, function)| html! {
                <Line {x} y={at.y + 108.0 + 38.0 * place as f64} w={inner}
                    label={cut(&function.name, (inner / 11.0) as usize)}
                    used={function.used} units={function.units} />
            }) }
            if rest > 0 {
                <text x={px(x)} y={px(at.bottom() - 8.0)} class="t11 dd">
                    { format!("and {rest} more reserved") }
                </text>
            }
        </g>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    x: f64,
    y: f64,
    w: f64,
    label: AttrValue,
    used: u64,
    units: u64,
}

/// A part of the ledger with what is in use of it.
#[component]
fn Line(props: &LineProps) -> Html {
    let LineProps { x, y, w, label, used, units } = props;
    let share = (*used as f64 / (*units).max(1) as f64).min(1.0);
    let filled = if *used == 0 { 0.0 } else { (w * share).max(2.0) };
    html! {
        <g>
            <text x={px(*x)} y={px(*y)} class="t11 d">{ label }</text>
            <text x={px(x + w)} y={px(*y)} class="t11 end b">
                { format!("{} of {}", grouped(*used), grouped(*units)) }
            </text>
            <rect x={px(*x)} y={px(y + 7.0)} width={px(*w)} height="6" rx="2" class="lg-bg" />
            <rect x={px(*x)} y={px(y + 7.0)} width={px(filled)} height="6" rx="2" class="lg-use" />
        </g>
    }
}

//! What a person changes: settings, parts, wires and acts, by pointer and by keyboard.

use thirtyfour::prelude::*;

use crate::browser::{ENTER, Page, TAB, visit};
use crate::journey::OPEN;

const LESSON: &str = "#e=reserved-concurrency&t=20s&sel=checkout";
// FREE lets go of those that are held.
const CONTROL: &str = "\u{e009}";
const FREE: &str = "\u{e000}";
const RESERVED: &str = "functions.checkout.reserved-concurrency";

/// Opens the lesson with the settings of its function.
async fn open(page: &Page) -> WebDriverResult<()> {
    page.viewport(1440, 900).await?;
    page.open(LESSON).await?;
    page.wait_until(OPEN).await?;
    page.click("#tab-settings").await?;
    page.wait_until(&format!("!!document.getElementById('{RESERVED}')")).await
}

/// Types into a field and leaves it.
pub async fn put(page: &Page, id: &str, text: &str) -> WebDriverResult<()> {
    let field = page.driver.find(By::Id(id)).await?;
    field.send_keys(format!("{CONTROL}a{FREE}{text}{TAB}")).await
}

/// The value of a field.
fn value(id: &str) -> String {
    format!("document.getElementById('{id}')?.value")
}

/// What the board says.
const CARD: &str = "document.querySelector('#board').textContent";

#[test]
fn a_setting_changes_the_run_and_the_playhead_stays() {
    visit(async |page| {
        open(page).await?;
        let clock = page.text("#clock").await?;
        put(page, RESERVED, "1").await?;
        page.wait_until(&format!("{CARD}.includes('Reserved concurrency1 of 1')"))
            .await?;
        assert_eq!(page.text("#clock").await?, clock);
        // The address carries the changed scenario from now on.
        page.wait_until("location.hash.startsWith('#s=1.d.')").await?;
        Ok(())
    });
}

#[test]
fn what_is_out_of_range_says_what_is_allowed_and_the_run_stays() {
    visit(async |page| {
        open(page).await?;
        let memory = "functions.checkout.memory";
        put(page, memory, "99999").await?;
        page.wait_until("!!document.querySelector('.field .says')").await?;
        let says = page.text(".field .says").await?;
        for part in ["99999", "128 to 10240 MB", "ENV-15"] {
            assert!(says.contains(part), "{says}");
        }
        assert_eq!(page.evaluate::<String>(&value(memory)).await?, "99999");
        assert!(page.evaluate::<bool>("location.hash.includes('e=reserved')").await?);
        put(page, memory, "2048").await?;
        page.wait_until("!document.querySelector('.field .says')").await
    });
}

#[test]
fn from_the_playhead_a_change_is_an_act_that_can_be_moved_and_deleted() {
    visit(async |page| {
        open(page).await?;
        let acts = "document.querySelectorAll('#acts .act-row').length";
        let before: usize = page.evaluate(acts).await?;
        page.click("#from-here").await?;
        put(page, RESERVED, "0").await?;
        page.wait_until(&format!("{acts} === {}", before + 1)).await?;
        let row = page.text("#acts .act-row").await?;
        assert!(row.contains("PutFunctionConcurrency"), "{row}");
        assert_eq!(page.evaluate::<String>(&value("act-0")).await?, "20s");
        put(page, "act-0", "21.5s").await?;
        page.wait_until(&format!("{} === '21.5s'", value("act-0"))).await?;
        page.click("#acts .act-row .btn.icon").await?;
        page.wait_until(&format!("{acts} === {before}")).await
    });
}

#[test]
fn parts_are_added_renamed_wired_and_removed_by_pointer() {
    visit(async |page| {
        open(page).await?;
        let parts = "[...document.querySelectorAll('.parts li > .part')]\
            .map(part => part.innerText).join()";
        page.click(".parts .add summary").await?;
        page.click(".parts .add li:first-child .part").await?;
        page.wait_until(&format!("{} === 'function'", value("part-name"))).await?;
        put(page, "part-name", "billing").await?;
        page.wait_until(&format!("{parts}.includes('billing')")).await?;

        // Drag the wire of the first caller onto the new function.
        let port = "(r => [r.left + r.width / 2, r.top + r.height / 2])\
            (document.querySelector('#board .port').getBoundingClientRect())";
        let from: (f64, f64) = page.evaluate(port).await?;
        drag(page, from, title(page, "billing").await?).await?;
        page.click(".parts li:nth-child(1) .part").await?;
        let calls = value("callers.shop.calls");
        page.wait_until(&format!("{calls} === 'billing'")).await?;

        // Or its card; and a press on the bare board selects nothing.
        drag(page, title(page, "shop").await?, title(page, "checkout").await?).await?;
        page.wait_until(&format!("{calls} === 'checkout'")).await?;
        let (x, y) = title(page, "Account").await?;
        let bare = page.driver.action_chain().move_to(x as i64, y as i64 + 270);
        bare.click().perform().await?;
        page.wait_until("!document.querySelector('#board .card-sel')").await?;

        page.click(".parts li:nth-child(1) .part").await?;
        page.wait_until(&format!("{} === 'shop'", value("part-name"))).await?;
        page.click("#remove-part").await?;
        page.wait_until(&format!("!{parts}.includes('shop')")).await?;
        page.wait_until("document.querySelector('.insp h2').innerText === 'Scenario'")
            .await
    });
}

/// Where the name of a part stands on its card.
async fn title(page: &Page, name: &str) -> WebDriverResult<(f64, f64)> {
    let find = format!(
        "(() => {{ const r = [...document.querySelectorAll('#board text')]\
         .find(t => t.textContent === '{name}').getBoundingClientRect();\
         return [r.left + 4, r.top + 6]; }})()"
    );
    page.evaluate(&find).await
}

async fn drag(page: &Page, from: (f64, f64), to: (f64, f64)) -> WebDriverResult<()> {
    let drag = page.driver.action_chain().move_to(from.0 as i64, from.1 as i64);
    let drag = drag.click_and_hold().move_by_offset(12, 12);
    drag.move_to(to.0 as i64, to.1 as i64).release().perform().await
}

#[test]
fn a_card_that_is_dragged_is_moved_and_the_link_says_where_to() {
    visit(async |page| {
        open(page).await?;
        let before = title(page, "checkout").await?;
        drag(page, before, (before.0 + 30.0, before.1 + 70.0)).await?;
        let at = "Math.round((t => t.getBoundingClientRect().top)\
            ([...document.querySelectorAll('#board text')].find(t => t.textContent === 'checkout')))";
        page.wait_until(&format!("{at} >= {}", before.1 as i64 + 40)).await?;
        let after: i64 = page.evaluate(at).await?;
        // A press without a way selects, and moves nothing.
        page.click("#tab-story").await?;
        let selected = "!!document.querySelector('#board .card-sel')";
        assert!(page.evaluate::<bool>(selected).await?);
        let (x, y) = title(page, "checkout").await?;
        let press = page.driver.action_chain().move_to(x as i64, y as i64).click();
        press.perform().await?;
        page.wait_until(&format!("!{selected}")).await?;
        assert_eq!(page.evaluate::<i64>(at).await?, after);

        page.wait_until(
            "location.hash.startsWith('#s=1.d.') && !/sel=/.test(location.hash)",
        )
        .await?;
        let fragment: String = page.evaluate("location.hash").await?;
        page.open("?elsewhere").await?;
        page.open(&fragment).await?;
        page.wait_until(OPEN).await?;
        page.wait_until(&format!("{at} === {after}")).await?;

        // Without a pointer: up by a button, and back to where the wires put it.
        page.driver
            .execute("document.querySelector('#tab-settings').focus()", Vec::new())
            .await?;
        page.keys(ENTER).await?;
        page.tab_to(".parts .part[aria-pressed=\"false\"]").await?;
        let part = "document.activeElement.innerText";
        while page.evaluate::<String>(part).await? != "checkout" {
            page.driver.action_chain().send_keys(TAB).perform().await?;
        }
        page.keys(ENTER).await?;
        page.wait_until(&format!("{} === 'checkout'", value("part-name"))).await?;
        page.tab_to(".moves [aria-label=\"Up\"]").await?;
        page.keys(ENTER).await?;
        page.wait_until(&format!("{at} < {after}")).await?;
        page.tab_to(".moves [aria-label=\"Put back\"]").await?;
        page.keys(ENTER).await?;
        page.wait_until(&format!("{at} === {}", (before.1 - 6.0).round() as i64)).await
    });
}

#[test]
fn parts_are_added_set_and_wired_by_keyboard_alone() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=reserved-concurrency").await?;
        page.wait_until(OPEN).await?;
        page.tab_to(".parts .add summary").await?;
        page.keys(ENTER).await?;
        page.tab_to(".parts .add li:first-child .part").await?;
        page.keys(ENTER).await?;
        page.wait_until(&format!("{} === 'function'", value("part-name"))).await?;
        page.tab_to("#part-name").await?;
        let name = format!("{CONTROL}a{FREE}audit{ENTER}");
        page.driver.active_element().await?.send_keys(name).await?;
        page.wait_until(&format!("{} === 'audit'", value("part-name"))).await?;

        page.tab_to(".parts li:nth-child(1) .part").await?;
        page.keys(ENTER).await?;
        page.wait_until("!!document.getElementById('callers.shop.calls')").await?;
        page.tab_to("[id=\"callers.shop.calls\"]").await?;
        page.keys("audit").await?;
        page.keys(TAB).await?;
        let calls = value("callers.shop.calls");
        page.wait_until(&format!("{calls} === 'audit'")).await
    });
}

#[test]
fn settings_have_no_barriers() {
    visit(async |page| {
        open(page).await?;
        put(page, "functions.checkout.memory", "1").await?;
        page.wait_until("!!document.querySelector('.field .says')").await?;
        page.assert_no_barriers("settings").await
    });
}

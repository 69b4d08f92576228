//! Queues that are read, and the mappings that read them: what the board says of them, and
//! what a person sets.

use crate::browser::{Theme, visit};
use crate::editing::put;
use crate::keys::open;

/// What the board says.
const BOARD: &str = "document.querySelector('#board').textContent";
const MAPPING: &str = "#e=sqs-dead-letters&t=15s&sel=invoices-mapping";
const SIZE: &str = "mappings.invoices-mapping.batch-size";

#[test]
fn a_queue_shows_where_its_messages_are_and_when_they_come_back() {
    visit(async |page| {
        open(page, "#e=sqs-dead-letters&t=15s").await?;
        page.wait_until(&format!("{BOARD}.includes('back in 15 s')")).await?;
        let board: String = page.evaluate(BOARD).await?;
        for part in ["visible0", "in flight", "5 pollers", "polls"] {
            assert!(board.contains(part), "{part}: {board}");
        }
        // The ring drains.
        open(page, "#e=sqs-dead-letters&t=25s").await?;
        page.wait_until(&format!("{BOARD}.includes('back in 5 s')")).await?;
        for theme in [Theme::Light, Theme::Dark] {
            page.theme(theme).await?;
            page.assert_no_barriers("a queue in flight").await?;
        }
        Ok(())
    });
}

#[test]
fn groups_of_a_queue_are_told_apart_and_a_blocked_one_is_marked() {
    visit(async |page| {
        open(page, "#e=fifo-groups&t=1.5s").await?;
        let groups = "[...document.querySelectorAll('#board g')].filter(g => \
            /^k[1-8]$/.test(g.className.baseVal) && g.querySelector(':scope > rect')).length";
        page.wait_until(&format!("{groups} > 1")).await
    });
}

#[test]
fn a_mapping_is_set_like_any_other_part_and_says_what_is_allowed() {
    visit(async |page| {
        open(page, MAPPING).await?;
        page.click("#tab-settings").await?;
        page.wait_until(&format!("!!document.getElementById('{SIZE}')")).await?;
        put(page, SIZE, "11").await?;
        page.wait_until("!!document.querySelector('.field .says, .says')").await?;
        let says: String = page
            .evaluate(
                "[...document.querySelectorAll('.says')].map(s => s.innerText).join()",
            )
            .await?;
        assert!(says.contains("ESM-11") && says.contains("batching window"), "{says}");
        put(page, SIZE, "3").await?;
        page.wait_until(&format!("{BOARD}.includes('BatchSize 3')")).await
    });
}

#[test]
fn what_cloudwatch_counts_of_a_mapping_and_its_queue_is_told() {
    visit(async |page| {
        open(page, MAPPING).await?;
        page.click("#tab-now").await?;
        let told = "document.querySelector('#now').innerText";
        page.wait_until(&format!("{told}.includes('PolledEventCount')")).await?;
        // By the outline, with the keyboard.
        let queue = "[...document.querySelectorAll('.parts .part')]\
            .find(part => part.innerText.trim() === 'invoices')";
        page.evaluate::<bool>(&format!("({queue}.focus(), true)")).await?;
        page.keys("\u{e007}").await?;
        let hidden = "ApproximateNumberOfMessagesNotVisible";
        page.wait_until(&format!("{told}.includes({hidden:?})")).await
    });
}

#[test]
fn a_mapping_is_added_to_a_queue_and_a_function() {
    visit(async |page| {
        open(page, "#e=dead-letter-queue&t=1s").await?;
        page.click(".parts .add summary").await?;
        let add = "[...document.querySelectorAll('.parts .add .part')]\
            .find(part => part.innerText.includes('Event source mapping'))";
        page.evaluate::<bool>(&format!("({add}.click(), true)")).await?;
        page.wait_until(&format!("{BOARD}.includes('no batch under way')")).await
    });
}

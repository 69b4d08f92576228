//! Buckets and topics: what they tell functions, and what a person sends to them.

use thirtyfour::prelude::*;

use crate::browser::{Page, visit};
use crate::keys::{open, press};

const TOLD: &str = "document.querySelectorAll('#life .station').length > 0";

/// The JSON at the stations of the life that is told, as one text.
async fn bodies(page: &Page) -> WebDriverResult<String> {
    let all = "document.querySelectorAll('#life summary')";
    let open = format!(
        "([...{all}].forEach(summary => summary.parentElement.open || summary.click()), true)"
    );
    page.evaluate::<bool>(&open).await?;
    page.wait_until("document.querySelectorAll('#life pre').length > 0").await?;
    page.evaluate(
        "[...document.querySelectorAll('#life pre')].map(p => p.innerText).join()",
    )
    .await
}

/// Opens the life of what a line of the story is about.
async fn tell(page: &Page, line: &str) -> WebDriverResult<()> {
    let why = format!(
        "[...document.querySelectorAll('#story li')]\
         .findLast(line => line.innerText.includes({line:?}))?.querySelector('.why')"
    );
    page.wait_until(&format!("!!({why})")).await?;
    page.evaluate::<bool>(&format!("(({why}).click(), true)")).await?;
    page.click("#story .to-life").await?;
    page.wait_until(TOLD).await
}

#[test]
fn a_function_gets_what_s3_and_sns_really_send() {
    visit(async |page| {
        open(page, "#e=senders&t=1.2s").await?;
        tell(page, "runs message #1 of orders").await?;
        let json = bodies(page).await?;
        for part in ["EventSubscriptionArn", "\"Message\": \"{\\\"order\\\":1}\""] {
            assert!(json.contains(part), "{part}: {json}");
        }
        page.assert_no_barriers("notice").await?;
        page.viewport(1440, 900).await?;
        press(page, Key::Escape).await?;
        press(page, Key::Home).await?;
        tell(page, "starts event #1 of photos").await?;
        let json = bodies(page).await?;
        for part in ["ObjectCreated:Put", "\"key\": \"cat.jpg\"", "arn:aws:s3:::photos"] {
            assert!(json.contains(part), "{part}: {json}");
        }
        Ok(())
    });
}

#[test]
fn a_bucket_shows_its_objects_and_its_notification_can_be_set() {
    visit(async |page| {
        open(page, "#e=senders&t=6s&sel=photos").await?;
        page.click("#tab-now").await?;
        page.wait_until("document.querySelector('.insp').innerText.includes('cat.jpg')")
            .await?;
        page.click("#tab-settings").await?;
        // A photo of another kind is no business of the function any more.
        let suffix = "[id='services.photos.notifications.index.suffix']";
        let field = page.find(suffix).await?;
        field.clear().await?;
        field.send_keys(".png").await?;
        field.send_keys(Key::Tab + "").await?;
        page.wait_until("!document.querySelector('#fates').innerText.includes('lost')")
            .await?;
        page.evaluate::<bool>("(document.activeElement.blur(), true)").await?;
        press(page, Key::End).await?;
        page.wait_until("document.querySelector('#fates').innerText.startsWith('4')")
            .await
    });
}

/// The controls stay where they are, however many fates there are.
#[test]
fn more_fates_do_not_move_the_controls() {
    visit(async |page| {
        open(page, "#e=senders").await?;
        let play = "document.querySelector('#play').getBoundingClientRect().top";
        let modes = "[...document.querySelectorAll('.transport button, .transport select')]\
            .filter(part => part.offsetParent).map(part => \
                Math.round(part.getBoundingClientRect().top)).join()";
        let before: (f64, String) =
            (page.evaluate(play).await?, page.evaluate(modes).await?);
        assert!(before.1.contains(','), "{before:?}");
        press(page, Key::End).await?;
        page.wait_until("document.querySelector('#fates').innerText.includes('lost')")
            .await?;
        let after = (page.evaluate(play).await?, page.evaluate(modes).await?);
        assert_eq!(before, after);
        Ok(())
    });
}

#[test]
fn what_is_put_into_a_bucket_goes_to_its_function() {
    visit(async |page| {
        open(page, "#e=senders&t=70s&sel=photos").await?;
        page.click("#tab-settings").await?;
        page.find("#deeds").await?;
        let read =
            "[...document.querySelectorAll('#deeds button')].map(b => b.innerText)";
        let deeds: Vec<String> = page.evaluate(read).await?;
        assert_eq!(deeds, ["Send one", "Send 10 at once"]);
        page.tab_to("#deeds button").await?;
        press(page, Key::Enter).await?;
        let act = "document.querySelector('#acts .act-row')?.innerText ?? ''";
        page.wait_until(&format!("({act}).includes('PutObject')")).await?;
        page.evaluate::<bool>("(document.activeElement.blur(), true)").await?;
        press(page, Key::End).await?;
        let fates = "document.querySelector('#fates').innerText";
        page.wait_until(&format!("{fates}.startsWith('7')")).await?;
        page.wait_until("location.hash.startsWith('#s=1.e.')").await
    });
}

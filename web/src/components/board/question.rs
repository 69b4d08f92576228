//! The question of a lesson, on a card over the foot of the board: asked before the run
//! plays, answered at its end. No dialog: it stops nobody from playing.

use yew::prelude::*;

use super::super::icon::{self, Icon};
use crate::desk::{Action, Card, Desk, Dialog};
use crate::message::Question;
use crate::texts;

/// The place of the card; it is always there, so that what comes into it is read out.
pub fn question(desk: &Desk, on_action: &Callback<Action>) -> Html {
    html! {
        <div class="quiz" aria-live="polite">
            if let Some((question, card)) = desk.card() {
                { paper(question, card, desk.quiz.guess, on_action) }
            }
        </div>
    }
}

fn paper(
    question: &Question,
    card: Card,
    guess: Option<usize>,
    on_action: &Callback<Action>,
) -> Html {
    let does = |action: fn() -> Action| on_action.reform(move |_: MouseEvent| action());
    let title = match card {
        Card::Asks => texts::BEFORE_PLAY,
        Card::Tells => texts::ANSWER,
    };
    html! {
        <section class="note-card" id="question" aria-label={title}>
            <div class="split">
                <h2>{ title }</h2>
                <button class="btn icon" id="question-close" aria-label={texts::CLOSE}
                    onclick={does(|| Action::PutCardAway)}>{ icon::icon(Icon::Close) }</button>
            </div>
            { match card {
                Card::Asks => html! {
                    <>
                        { choices(question, guess, on_action) }
                        <button class="btn main" id="question-play"
                            onclick={does(|| Action::TogglePlay)}>
                            { icon::icon(Icon::Play) }{ texts::PLAY }
                        </button>
                    </>
                },
                Card::Tells => html! {
                    <>
                        { answer(question, guess) }
                        <button class="btn line" id="more-lessons"
                            onclick={does(|| Action::Open(Dialog::Gallery))}>
                            { texts::MORE_LESSONS }
                        </button>
                    </>
                },
            } }
        </section>
    }
}

fn choices(
    question: &Question,
    guess: Option<usize>,
    on_action: &Callback<Action>,
) -> Html {
    html! {
        <fieldset class="choices">
            <legend>{ &question.ask }</legend>
            { for question.choices.iter().enumerate().map(|(place, choice)| html! {
                <label class="check">
                    <input type="radio" name="guess" checked={guess == Some(place)}
                        onchange={on_action.reform(move |_: Event| Action::Guess(place))} />
                    { choice }
                </label>
            }) }
        </fieldset>
    }
}

fn answer(question: &Question, guess: Option<usize>) -> Html {
    let guess = guess.and_then(|place| question.choices.get(place));
    let is_right = guess.is_some_and(|guess| *guess == question.answer);
    html! {
        <>
            <p class="wide">{ &question.ask }</p>
            <dl class="pairs">
                if let Some(guess) = guess {
                    <dt>{ texts::YOU_SAID }</dt>
                    <dd id="guess">
                        { icon::icon(if is_right { Icon::Right } else { Icon::Close }) }
                        { guess }
                        <span class="vh">{ if is_right { texts::RIGHT } else { texts::WRONG } }</span>
                    </dd>
                }
                <dt>{ texts::THE_RUN_SAYS }</dt>
                <dd id="right"><b>{ &question.answer }</b></dd>
            </dl>
            <p id="because">{ &question.because }</p>
        </>
    }
}

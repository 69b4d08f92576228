//! The clock of the screen: one tick a frame, as long as somebody listens.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

type Tick = Closure<dyn FnMut(f64)>;

/// Ticks at every frame of the screen until it is dropped.
pub struct Frames {
    request: Rc<RefCell<Option<i32>>>,
    _tick: Rc<RefCell<Option<Tick>>>,
}

impl Frames {
    /// Calls `on_frame` with the real microseconds since the frame before.
    #[must_use]
    pub fn start(on_frame: impl Fn(u64) + 'static) -> Self {
        let tick: Rc<RefCell<Option<Tick>>> = Rc::default();
        let request: Rc<RefCell<Option<i32>>> = Rc::default();
        let (again, asked) = (Rc::clone(&tick), Rc::clone(&request));
        let mut last: Option<f64> = None;
        *tick.borrow_mut() = Some(Closure::new(move |now: f64| {
            let elapsed = last.map_or(0.0, |last| (now - last).max(0.0));
            last = Some(now);
            *asked.borrow_mut() = again.borrow().as_ref().and_then(next_frame);
            on_frame((elapsed * 1_000.0).round() as u64);
        }));
        *request.borrow_mut() = tick.borrow().as_ref().and_then(next_frame);
        Self { request, _tick: tick }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        if let (Some(window), Some(id)) = (web_sys::window(), self.request.take()) {
            // Cancelling a frame that has come already is no error to act on.
            let _ = window.cancel_animation_frame(id);
        }
        // The closure holds itself through `again`; without this it would never go.
        self._tick.borrow_mut().take();
    }
}

fn next_frame(tick: &Tick) -> Option<i32> {
    web_sys::window()?.request_animation_frame(tick.as_ref().unchecked_ref()).ok()
}

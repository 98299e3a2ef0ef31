//! Spans of `tracing` as spans of the trace, so that a program that has them is stamped without a change.

use tracing_core::Subscriber;
use tracing_core::span::{Attributes, Id};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::span::Span;
use crate::trace;

/// Writes each span of `tracing` from its making to its close; made by [`layer`].
///
/// That is the whole life of what it stands for: an asynchronous one is entered and left many times in between, and
/// closed when its last handle is dropped. Fields and events are left out.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Layer;

/// A layer for a subscriber with a registry; it does nothing when not under rprof.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt;
/// let subscriber = tracing_subscriber::registry().with(rprof_mark::layer());
/// tracing::subscriber::with_default(subscriber, || {
///     let _span = tracing::info_span!("load").entered();
/// });
/// ```
pub fn layer() -> Layer {
    Layer
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Layer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let (Some(_), Some(span)) = (trace::current(), context.span(id)) else { return };
        span.extensions_mut().insert(crate::span(attributes.metadata().name()));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(span) = context.span(&id) {
            drop(span.extensions_mut().remove::<Span<'static>>());
        }
    }
}

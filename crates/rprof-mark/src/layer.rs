//! A `tracing_subscriber` layer that records the spans of `tracing` as spans of the trace.
//! A program that already uses `tracing` needs only the layer.

use tracing_core::Subscriber;
use tracing_core::span::{Attributes, Id};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::span::Span;
use crate::trace;

/// A layer that records each span of `tracing` from its creation to its close; created by [`layer`].
///
/// A span closes when its last handle is dropped. An asynchronous span may be entered and left many times before; the
/// trace holds its whole life as one interval. Fields and events are not recorded.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt;
/// let layer: rprof_mark::Layer = rprof_mark::layer();
/// let subscriber = tracing_subscriber::registry().with(layer);
/// tracing::subscriber::with_default(subscriber, || tracing::info_span!("load").in_scope(|| ()));
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Layer;

/// Returns a layer for a subscriber with a registry. The layer does nothing when the program does not run under rprof.
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

//! Systems without a sampler.

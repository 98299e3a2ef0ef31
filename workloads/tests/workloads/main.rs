//! The programs of the article: their output, their files, the figures that are made of them, and their random numbers.

mod common;
mod figures;
mod hdf5_file;
mod npy_file;
mod programs;
mod random_quality;
mod zarr_file;

# Four forked workers read one vector of 160 MB; each makes a sorted copy of a quarter of it.
library(parallel)
numbers <- runif(2e7)
sums <- mclapply(1:4, function(worker) {
  own <- sort(numbers[seq(worker, length(numbers), by = 4)])
  Sys.sleep(0.5)
  sum(own)
}, mc.cores = 4)
print(sum(unlist(sums)))

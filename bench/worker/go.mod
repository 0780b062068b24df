module cloche/bench/worker

go 1.26.0

#!/bin/sh
# Starts COUNT processes in batches of AT_ONCE. Each touches SIZE, and the processes of a batch wait for each other
# before they end.
# usage: swarm.sh TRUTH DIR COUNT AT_ONCE SIZE
truth=$1 dir=$2 count=$3 at_once=$4 size=$5
begun=0
while [ "$begun" -lt "$count" ]; do
    go=$dir/go.$begun
    barrier=
    i=0
    while [ "$i" -lt "$at_once" ]; do
        touched=$dir/touched.$begun.$i
        barrier="$barrier await $touched"
        "$truth" touch "$size" ready "$touched" await "$go" hold 20ms &
        i=$((i + 1))
    done
    # shellcheck disable=SC2086 # the barrier is split into words on purpose
    "$truth" $barrier ready "$go"
    wait
    begun=$((begun + at_once))
done

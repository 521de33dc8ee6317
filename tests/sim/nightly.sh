#!/bin/sh
# As many seeds as a night has room for: CHANCERY_SEEDS (5000), from CHANCERY_SEED (1001) on. Prints the replay of what fails.
set -eu
: "${CHANCERY_SEED:=1001}" "${CHANCERY_SEEDS:=5000}"
export CHANCERY_SEED CHANCERY_SEEDS
exec "$1" --gtest_filter='Simulation.WhateverHappensWhatIsPromisedHolds:Simulation.AgreesWithTheReferenceModel'

#!/bin/sh
# Enters control groups, writes its pid to a file, and becomes the command.
# usage: enter.sh PID_FILE GROUPS COMMAND...    GROUPS: directories, separated by colons; may be empty
pid_file=$1 groups=$2
shift 2
IFS=:
for group in $groups; do
    echo $$ >"$group/cgroup.procs"
done
unset IFS
echo $$ >"$pid_file"
exec "$@"

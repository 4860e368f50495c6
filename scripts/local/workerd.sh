#!/bin/sh
# A terminal sends Ctrl-C to the whole group: the runtime ignores it, so that the command can end it once the queues are empty.
trap '' INT HUP
exec "$LAKESHORE_WORKERD" "$@"

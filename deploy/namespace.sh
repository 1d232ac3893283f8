#!/bin/sh
# Creates the namespace with ninety days of history, and the search attributes that windlass sets.
set -eu

namespace=${TEMPORAL_NAMESPACE:-default}
temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$namespace" --retention 90d

known=$(temporal operator search-attribute list --namespace "$namespace")
for attribute in WindlassApp WindlassRelease WindlassEnvironment WindlassState; do
  case "$known" in
  *"$attribute"*) ;;
  *) temporal operator search-attribute create --namespace "$namespace" --name "$attribute" --type Keyword ;;
  esac
done

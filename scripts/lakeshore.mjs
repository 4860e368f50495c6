#!/usr/bin/env node
// The `lakeshore` command of the package: the same way in as `npm start`.
import "./bootstrap.mjs";

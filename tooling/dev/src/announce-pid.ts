/**
 * Loaded into the server before anything else: notes its pid for the dev script. `node --watch` says nothing of the
 * processes it starts.
 */
import { writeFileSync } from "node:fs";

const file = process.env["SEVERALTY_SERVER_PID_FILE"];
if (file !== undefined) writeFileSync(file, String(process.pid));

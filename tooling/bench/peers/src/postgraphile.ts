// PostGraphile 5 as a library on Node's own server: a verified token's claims become settings of the transaction.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { callerOf } from "./caller.ts";
import { settings } from "./settings.ts";

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: settings.databaseUrl,
      schemas: ["public"],
      poolConfig: { max: settings.poolMax },
    }),
  ],
  gather: { installWatchFixtures: false },
  grafserv: { graphiql: false, watch: false },
  grafast: {
    explain: false,
    context: (request) => {
      const caller = callerOf(request.node?.req.headers.authorization);
      if (caller === undefined) throw new Error("no valid token");
      return { pgSettings: { "app.tenant_id": caller.tenantId, "app.user_id": caller.userId } };
    },
  },
});
const server = createServer();
await pgl.createServ(grafserv).addTo(server);
server.listen(settings.port, settings.host);

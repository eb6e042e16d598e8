import { contenders } from "../contenders/contenders.ts";
import { createRandom } from "../data/random.ts";
import { HttpConnection } from "./http-connection.ts";
import { renderRequest } from "./http-request.ts";
import type { LoadJob, LoadResult } from "./load-job.ts";
import type { Answer } from "./response-parser.ts";
import { percentile } from "./statistics.ts";
import { draw } from "./workload.ts";

interface Rendered {
  readonly bytes: Buffer;
  readonly bytesMin: number;
}

/** Requests that are rendered before the clock starts, and then sent in turn. */
const renderedMax = 5_000;

/** Sends the job's requests. Throws at the first answer that is not a success, or too short to be one. */
export const runJob = async (job: LoadJob): Promise<LoadResult> => {
  const rendered = renderAll(job);
  const connections = await Promise.all(Array.from({ length: job.connections }, () => HttpConnection.open(job.port)));
  try {
    return await send(job, rendered, connections);
  } finally {
    for (const connection of connections) connection.close();
  }
};

const renderAll = ({ contender, workload, world, requestsMax, seed }: LoadJob): Rendered[] => {
  const { api, token } = contenders[contender];
  const random = createRandom(seed);
  return Array.from({ length: Math.min(renderedMax, requestsMax) }, () => {
    const drawn = draw(workload, api, world, random);
    if (drawn === undefined) throw new Error(`${contender} does not offer ${workload}`);
    return { bytes: renderRequest(drawn.request, token(drawn.tenant)), bytesMin: drawn.bytesMin };
  });
};

const send = async (
  job: LoadJob,
  rendered: readonly Rendered[],
  connections: readonly HttpConnection[],
): Promise<LoadResult> => {
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const end = began + job.durationMsMax;
  let sent = 0;
  const client = async (connection: HttpConnection) => {
    for (let now = performance.now(); now < end && sent < job.requestsMax;) {
      const request = rendered[sent++ % rendered.length];
      if (request === undefined) return;
      const answer = await connection.send(request.bytes);
      assertRight(job, request, answer);
      const answered = performance.now();
      latencies.push(answered - now);
      now = answered;
    }
  };
  await Promise.all(connections.map(client));
  const elapsedMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const sorted = Float64Array.from(latencies);
  return {
    requests: latencies.length,
    elapsedMs,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    cpuMs: (user + system) / 1000 / latencies.length,
  };
};

const assertRight = ({ contender, workload }: LoadJob, { bytesMin }: Rendered, { status, sizeBytes }: Answer): void => {
  if (status >= 200 && status < 300 && sizeBytes >= bytesMin) return;
  throw new Error(
    `${contender} answered ${workload} with ${status} and ${sizeBytes} bytes, where ${bytesMin} were due`,
  );
};

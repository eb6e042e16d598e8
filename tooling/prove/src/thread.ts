import { parentPort, Worker, workerData } from "node:worker_threads";

/** A thread of which one question at a time is asked. */
export interface Thread extends AsyncDisposable {
  ask(question: unknown): Promise<unknown>;
}

/** Starts a file as a thread of its own; `data` is what it knows from the beginning. */
export const startThread = (file: URL, data: unknown): Thread => {
  const worker = new Worker(file, { workerData: data });
  let last: Promise<unknown> = Promise.resolve();
  const put = (question: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const done = () => worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      const onMessage = (reply: Reply) => {
        done();
        if ("error" in reply) reject(reply.error);
        else resolve(reply.answer);
      };
      const onError = (error: unknown) => {
        done();
        reject(error);
      };
      const onExit = () => onError(new Error("the thread ended"));
      worker.once("message", onMessage).once("error", onError).once("exit", onExit);
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(question);
    });
  return {
    ask: (question) => (last = last.then(() => put(question))),
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
};

type Reply = { readonly answer: unknown } | { readonly error: unknown };

/** In a thread: answers each question. What fails is told to whoever asked. */
export const answerQuestions = <Question>(answer: (question: Question) => Promise<unknown>): void => {
  parentPort?.on("message", (question: Question) => {
    answer(question).then(
      (given) => reply({ answer: given }),
      (error: unknown) => reply({ error }),
    );
  });
};

const reply = (message: Reply): void => {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(message);
};

/** In a thread: what it was started with. */
export const threadData = <Data>(): Data => workerData as Data;

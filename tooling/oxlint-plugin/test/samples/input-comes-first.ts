import type { Samples } from "../samples.ts";

export const inputComesFirst: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    "const data = { ...input, id: newId(), userId: actor.userId };",
    "const data = { ...input, ...ids, username };",
    "assertPlaces({ ...seen, ...given(changes) });",
  ],
  bad: [
    {
      title: "an author that the input can replace",
      seen: "imuniqueshiv/MeetOnMemory#1812",
      code: "const data = { id: newId(), userId: actor.userId, ...input };",
    },
    { title: "ids that the input can replace", code: "register({ ...ids, ...input });" },
  ],
};

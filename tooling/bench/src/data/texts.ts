import { createRandom } from "./random.ts";

const words =
  `account answer argument basis budget building capital change choice company contract cost country decision
demand detail difference effect effort energy example experience field figure force form future group growth history idea increase
industry interest issue language level market matter measure member method minute model moment nature notice number office order
output paper pattern period place plan point policy position power practice price problem process product programme project
property question range reason record region report research resource result risk role rule sample season section sector sense
service source stage standard state step story strategy structure study subject summer supply surface system table task team
technology theory thing time trade value version village volume week winter work world year`.split(/\s+/);

/** Bodies of documents, of 40 words each. */
export const paragraphs = (): string[] => {
  const random = createRandom(1);
  const paragraph = () => Array.from({ length: 40 }, () => words[Math.floor(random() * words.length)]).join(" ");
  return Array.from({ length: 512 }, paragraph);
};

/** Words that stand in one document of 250 each, and are part of no other word: what a search looks for. */
export const topics: readonly string[] = Array.from({ length: 250 }, (_, index) => {
  const letters = [index / 100, (index / 10) % 10, index % 10].map((digit) => "bcdfghjklm"[Math.floor(digit)]);
  return `zq${letters.join("")}`;
});

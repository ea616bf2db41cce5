// Scores answers with Mozilla's HTTP Observatory, whose tests and grader are used as they are.
// node observatory.mjs FOLDER < answers.json; FOLDER has node_modules. Prints a line of JSON per answer.

import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const home = join(folder, "node_modules/@mdn/mdn-http-observatory");
// Its list of preloaded hosts comes from the network; ours is on none.
writeFileSync(join(home, "conf/hsts-preload.json"), "{}");
const load = (path) => import(pathToFileURL(join(home, "src", path)).href);
const { Requests } = await load("types.js");
const { ALL_TESTS } = await load("constants.js");
const { getGradeForScore, getScoreModifier } = await load("grader/grader.js");
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await load("grader/charts.js");
const { parseHttpEquivHeaders } = await load("retriever/utils.js");
const { CookieJar } = createRequire(join(home, "package.json"))("tough-cookie");

const response = (answer) => ({ ...answer, data: answer.body, verified: true, httpEquiv: new Map() });

for (const { name, url, page, plain, preflight } of JSON.parse(readFileSync(0, "utf8"))) {
  const requests = new Requests(new URL(url).hostname);
  requests.responses.auto = requests.responses.https = response(page);
  requests.responses.http = response(page);
  requests.responses.cors = { ...response(preflight), request: { headers: { Origin: preflight.origin } } };
  requests.responses.httpRedirects = [
    { url: new URL(url.replace("https:", "http:")), status: plain.status },
    ...(plain.headers.Location ? [{ url: new URL(plain.headers.Location), status: page.status }] : []),
  ];
  requests.resources.path = page.body;
  if (page.headers["Content-Type"]?.startsWith("text/html"))
    requests.responses.auto.httpEquiv = parseHttpEquivHeaders(page.body, url);
  const jar = new CookieJar();
  for (const cookie of page.headers["Set-Cookie"] ?? []) jar.setCookieSync(cookie, url);
  requests.session = { jar, url: new URL(url), redirectHistory: [] };

  const results = ALL_TESTS.map((test) => test(requests).result);
  const changes = results.map(getScoreModifier);
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 100);
  const least = sum(changes.filter((change) => change < 0));
  const { score, grade } = getGradeForScore(least >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? sum(changes) : least);
  console.log(JSON.stringify({ name, score, grade, results }));
}

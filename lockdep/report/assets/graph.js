"use strict";
// The lock graph to walk in, drawn by Cytoscape.js.  Without the library the page
// shows its plain picture and the table of dependencies, which say the same.
(() => {
  const source = document.getElementById("graph-data");
  const explorer = document.getElementById("graph-explorer");
  if (!source || !explorer || typeof cytoscape === "undefined") return;

  // As html_explorer.cc writes them.
  const kInFinding = 1, kDeclared = 2, kSeen = 4;
  const {nodes, edges} = JSON.parse(source.textContent);
  const kShownAtFirst = 250;  // More at once is a picture of hair.
  const kListed = 200;
  const part = (name) => explorer.querySelector(`[data-part="${name}"]`);

  // Edges of each node, by index.
  const outgoing = nodes.map(() => []), incoming = nodes.map(() => []);
  edges.forEach(([from, to], index) => {
    outgoing[from].push(index);
    incoming[to].push(index);
  });

  // One depth-first walk: which edges lead back to the path, and an order in which
  // all others lead forward.
  const walk = () => {
    const kNew = 0, kOnPath = 1, kDone = 2;
    const state = new Uint8Array(nodes.length), next = new Uint32Array(nodes.length);
    const back = new Set(), finished = [];
    for (let root = 0; root < nodes.length; ++root) {
      const path = state[root] === kNew ? [root] : [];
      while (path.length > 0) {
        const node = path[path.length - 1];
        state[node] = kOnPath;
        if (next[node] === outgoing[node].length) {
          state[node] = kDone;
          finished.push(node);
          path.pop();
          continue;
        }
        const edge = outgoing[node][next[node]++], to = edges[edge][1];
        if (state[to] === kOnPath) back.add(edge);
        if (state[to] === kNew) path.push(to);
      }
    }
    return {back, order: finished.reverse()};
  };
  const {back, order} = walk();

  // Which circle a node is in; nodes of none have one of their own.  Kosaraju: the
  // walk against the arrows, in the order of the walk along them.
  const circleOf = new Int32Array(nodes.length).fill(-1);
  for (const root of order) {
    if (circleOf[root] >= 0) continue;
    const todo = [root];
    circleOf[root] = root;
    while (todo.length > 0) {
      for (const edge of incoming[todo.pop()]) {
        const from = edges[edge][0];
        if (circleOf[from] < 0) {
          circleOf[from] = root;
          todo.push(from);
        }
      }
    }
  }
  const inCircle = ([from, to]) => from !== to && circleOf[from] === circleOf[to];

  // Layers by longest path, each ordered by the mean place of its neighbours.
  const kRow = 95, kWidest = 40;
  const shorten = (name) => name.length <= 34 ? name : `${name.slice(0, 16)}…${name.slice(-16)}`;
  const widthOf = (node) => shorten(nodes[node][0]).length * 7.3 + 18;
  const placesOf = (shown) => {
    const column = Math.max(...[...shown].map(widthOf)) + 24;
    const layer = new Map();
    for (const node of order) {
      if (!shown.has(node)) continue;
      let at = 0;
      for (const edge of incoming[node]) {
        const from = edges[edge][0];
        if (!back.has(edge) && layer.has(from)) at = Math.max(at, layer.get(from) + 1);
      }
      layer.set(node, at);
    }
    const layers = [];
    for (const [node, at] of layer) (layers[at] ??= []).push(node);
    const place = new Map();
    const number = (list) => list.forEach((node, i) => place.set(node, i - (list.length - 1) / 2));
    layers.forEach(number);
    const mean = (node) => {
      let sum = 0, count = 0;
      const add = (other) => {
        if (!place.has(other) || other === node) return;
        sum += place.get(other);
        ++count;
      };
      incoming[node].forEach((edge) => add(edges[edge][0]));
      outgoing[node].forEach((edge) => add(edges[edge][1]));
      return count > 0 ? sum / count : place.get(node);
    };
    for (let sweep = 0; sweep < 4; ++sweep) {
      for (const list of layers) {
        const means = new Map(list.map((node) => [node, mean(node)]));
        list.sort((a, b) => means.get(a) - means.get(b) || a - b);
        number(list);
      }
    }
    // A wide layer takes several rows.
    const positions = new Map();
    let row = 0;
    for (const list of layers) {
      const width = Math.min(list.length, kWidest);
      list.forEach((node, i) => {
        const inRow = Math.min(width, list.length - Math.floor(i / width) * width);
        positions.set(node, {x: (i % width - (inRow - 1) / 2) * column,
                             y: (row + Math.floor(i / width)) * kRow});
      });
      row += Math.ceil(list.length / width);
    }
    return positions;
  };

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const styles = (many) => {
    const ink = colour("--ink"), soft = colour("--soft"), line = colour("--line");
    const hot = colour("--feasible"), link = colour("--link"), shade = colour("--shade");
    return [
      {selector: "node", style: {
        "shape": "round-rectangle", "width": "data(width)", "height": 26, "label": "data(label)",
        "font-family": "ui-monospace, monospace", "font-size": 12, "text-valign": "center",
        "color": ink, "background-color": shade, "border-color": soft, "border-width": 1,
        "min-zoomed-font-size": 5}},
      {selector: "edge", style: {
        "width": 1.3, "line-color": soft, "target-arrow-color": soft, "target-arrow-shape": "triangle",
        "arrow-scale": 0.9, "curve-style": many ? "straight" : "bezier", "control-point-step-size": 60}},
      {selector: "edge.declared", style: {"line-style": "dashed", "line-color": link,
                                          "target-arrow-color": link}},
      {selector: "edge.declared.seen", style: {"line-style": "solid"}},
      {selector: "edge.circle", style: {"line-color": colour("--note"),
                                        "target-arrow-color": colour("--note"), "width": 2.2}},
      {selector: "node.circle", style: {"border-color": colour("--note"), "border-width": 2}},
      {selector: "edge.hot", style: {"line-color": hot, "target-arrow-color": hot, "z-index": 1}},
      {selector: "node.hot", style: {"border-color": hot, "z-index": 1}},
      {selector: ".far", style: {"opacity": 0.16}},
      {selector: "node:selected", style: {"border-color": link, "border-width": 3,
                                          "background-color": line}},
    ];
  };

  const cy = cytoscape({
    container: part("canvas"), elements: [], style: styles(false), layout: {name: "preset"},
    minZoom: 0.02, maxZoom: 3, boxSelectionEnabled: false, selectionType: "single",
    autoungrabify: true, hideEdgesOnViewport: nodes.length > 1500,
    textureOnViewport: nodes.length > 1500,
  });

  // What findings are about stands out however small the picture is.
  const standOut = () => {
    const scale = Math.min(Math.max(1, 0.7 / cy.zoom()), 20);
    cy.edges(".hot").style("width", 2.6 * scale);
    cy.nodes(".hot").style("border-width", 2.4 * scale);
  };
  let isDue = false;
  cy.on("zoom", () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => { isDue = false; standOut(); });
  });

  // Over a page that scrolls, a wheel or a finger moves the page until the picture
  // was touched.
  const coarse = matchMedia("(pointer: coarse)").matches;
  const hold = (held) => {
    cy.userZoomingEnabled(held);
    cy.userPanningEnabled(held || !coarse);
    explorer.classList.toggle("held", held);
  };
  hold(false);
  const canvas = part("canvas");
  canvas.addEventListener("pointerdown", () => canvas.focus({preventScroll: true}));
  canvas.addEventListener("focus", () => hold(true));
  canvas.addEventListener("blur", () => hold(false));

  let shown = new Set();
  const elementsOf = (set) => {
    const positions = placesOf(set);
    const elements = [];
    for (const index of set) {
      const [name, , flags] = nodes[index];
      const classes = [flags & kInFinding ? "hot" : "",
                       [...outgoing[index], ...incoming[index]].some((e) => inCircle(edges[e]))
                           ? "circle" : ""];
      elements.push({data: {id: `n${index}`, label: shorten(name), width: widthOf(index)},
                     classes, position: positions.get(index)});
    }
    edges.forEach((edge, index) => {
      const [from, to, flags] = edge;
      if (!set.has(from) || !set.has(to) || from === to) return;
      elements.push({data: {id: `e${index}`, source: `n${from}`, target: `n${to}`}, selectable: false,
                     classes: [flags & kInFinding ? "hot" : "", flags & kDeclared ? "declared" : "",
                               flags & kSeen ? "seen" : "", inCircle(edge) ? "circle" : ""]});
    });
    return elements;
  };
  const fit = () => {
    cy.fit(undefined, 24);
    if (cy.zoom() > 1.3) cy.zoom(1.3);
    cy.center();
  };
  const draw = (set) => {
    shown = set;
    const elements = elementsOf(set);
    cy.batch(() => {
      cy.elements().remove();
      cy.add(elements);
    });
    cy.style(styles(elements.length > 1200));
    fit();
    standOut();
    part("count").textContent = `${set.size} of ${nodes.length} classes`;
    part("all").hidden = set.size === nodes.length;
  };

  // Those, and who is next to them, until the picture is full.
  const withNeighbours = (seeds, hops) => {
    const set = new Set(seeds);
    let rim = [...set];
    for (let hop = 0; hop < hops && set.size < kShownAtFirst; ++hop) {
      const reached = [];
      for (const node of rim) {
        for (const edge of [...outgoing[node], ...incoming[node]]) {
          const other = edges[edge][0] === node ? edges[edge][1] : edges[edge][0];
          if (set.size >= kShownAtFirst || set.has(other)) continue;
          set.add(other);
          reached.push(other);
        }
      }
      rim = reached;
    }
    return set;
  };
  const everything = () => new Set(nodes.keys());
  const atFirst = () => {
    if (nodes.length <= kShownAtFirst) return everything();
    const degree = (node) => outgoing[node].length + incoming[node].length;
    const hot = [...nodes.keys()].filter((node) => nodes[node][2] & kInFinding);
    const busiest = [...nodes.keys()].sort((a, b) => degree(b) - degree(a) || a - b).slice(0, 12);
    return withNeighbours(hot.length > 0 ? hot.slice(0, kShownAtFirst) : busiest, 1);
  };

  // Beside the picture: a class, and its neighbours as buttons.
  const element = (tag, text, ...children) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    node.append(...children);
    return node;
  };
  const neighbourList = (title, list, end) => {
    if (list.length === 0) return [];
    const items = list.slice(0, kListed).map((index) => {
      const [, , flags, kinds, site] = edges[index];
      const other = edges[index][end];
      const button = element("button", nodes[other][0]);
      button.type = "button";
      button.className = flags & kInFinding ? "hot" : "";
      button.addEventListener("click", () => choose(other));
      const notes = [kinds, flags & kDeclared ? (flags & kSeen ? "declared" : "only declared") : "",
                     site].filter(Boolean).join(", ");
      return element("li", "", button, element("span", notes));
    });
    if (list.length > kListed) items.push(element("li", `… and ${list.length - kListed} more`));
    return [element("h4", `${title} (${list.length})`), element("ul", "", ...items)];
  };
  const tell = (index) => {
    const [name, kind] = nodes[index];
    part("panel").replaceChildren(
        element("h3", name), element("p", kind),
        ...neighbourList("Taken while it was held", outgoing[index], 1),
        ...neighbourList("Held while it was taken", incoming[index], 0));
  };
  const clear = () => {
    cy.elements().unselect().removeClass("far");
    part("panel").replaceChildren(element("p", "Choose a class: search for it, or click it."));
  };

  const choose = (index) => {
    if (!shown.has(index)) draw(withNeighbours([index], 2));
    const node = cy.getElementById(`n${index}`);
    cy.batch(() => {
      cy.elements().unselect();
      node.select();
      cy.elements().addClass("far");
      node.closedNeighborhood().removeClass("far");
    });
    cy.animate({center: {eles: node}, zoom: Math.max(cy.zoom(), 0.8), duration: 200});
    tell(index);
  };
  cy.on("tap", "node", (event) => choose(Number(event.target.id().slice(1))));
  cy.on("tap", (event) => { if (event.target === cy) clear(); });

  // Search: what begins with it first.
  const field = part("search"), matches = part("matches");
  const found = () => {
    const text = field.value.trim().toLowerCase();
    if (text === "") return [];
    const rank = (index) => nodes[index][0].toLowerCase().indexOf(text);
    return [...nodes.keys()].filter((index) => rank(index) >= 0)
        .sort((a, b) => rank(a) - rank(b) || a - b).slice(0, 12);
  };
  const pick = (index) => {
    field.value = nodes[index][0];
    matches.replaceChildren();
    choose(index);
  };
  field.addEventListener("input", () => {
    const list = found();
    matches.replaceChildren(...list.map((index) => {
      const button = element("button", nodes[index][0]);
      button.type = "button";
      button.addEventListener("click", () => pick(index));
      return element("li", "", button);
    }));
    if (list.length === 0 && field.value.trim() !== "") {
      matches.append(element("li", "no class of this name"));
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      matches.replaceChildren();
    } else if (event.key === "Enter") {
      const list = found();
      if (list.length > 0) pick(list[0]);
    }
    event.stopPropagation();
  });

  const zoomBy = (factor) => cy.zoom({
    level: cy.zoom() * factor, renderedPosition: {x: cy.width() / 2, y: cy.height() / 2}});
  const keys = {
    "ArrowLeft": () => cy.panBy({x: 60, y: 0}), "ArrowRight": () => cy.panBy({x: -60, y: 0}),
    "ArrowUp": () => cy.panBy({x: 0, y: 60}), "ArrowDown": () => cy.panBy({x: 0, y: -60}),
    "+": () => zoomBy(1.25), "=": () => zoomBy(1.25), "-": () => zoomBy(0.8), "0": fit,
    "Escape": () => { clear(); canvas.blur(); },
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  part("in").addEventListener("click", () => zoomBy(1.25));
  part("out").addEventListener("click", () => zoomBy(0.8));
  part("fit").addEventListener("click", fit);
  const restart = (set) => {
    field.value = "";
    matches.replaceChildren();
    draw(set);
    clear();
  };
  part("all").addEventListener("click", () => restart(everything()));
  part("first").hidden = nodes.length <= kShownAtFirst;
  part("first").addEventListener("click", () => restart(atFirst()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener(
      "change", () => cy.style(styles(cy.elements().length > 1200)));

  document.documentElement.classList.add("explores");
  cy.resize();
  draw(atFirst());
  clear();
})();


// Rows of the table at a time: browsers lay out thousands slowly.
const ROWS = 100;

// Distance in pixels within which a dot is under the pointer.
const REACH = 14;

// Direction of each key in the plane, to the right and up.
const DIRECTIONS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

// The plane reaches from -1.1 to 1.1.
const EDGE = 1.1;

const percent = (share) => `${Math.round(100 * share)}\u202f%`;

class Collection {
  constructor(element, data) {
    const find = (selector) => element.querySelector(selector);
    Object.assign(this, { element, data, find, chosen: -1, page: 0, key: "name", down: false });
    this.shown = [];
    this.canvas = find("canvas");
    this.tip = find(".tip");
    this.audio = find("audio");
    this.body = find("tbody");
    const collator = new Intl.Collator("en", { numeric: true });
    this.byName = data.name.map((_, index) => index);
    this.byName.sort((a, b) => collator.compare(data.name[a], data.name[b]) || a - b);
    // Searching ignores the case.
    this.searched = data.name.map((name) => name.toLowerCase());
    this.rank = [];
    for (const [place, index] of this.byName.entries()) this.rank[index] = place;
    element.hidden = false;
    this.addListeners();
    this.filter();
  }

  addListeners() {
    const { find, canvas, audio } = this;
    find(".filters").addEventListener("input", () => this.filter());
    find(".filters").addEventListener("submit", (event) => event.preventDefault());
    for (const button of this.element.querySelectorAll(".sort")) {
      button.addEventListener("click", () => this.sortBy(button.parentElement.dataset.key));
    }
    find(".former").addEventListener("click", () => this.showRows(this.page - 1));
    find(".further").addEventListener("click", () => this.showRows(this.page + 1));
    canvas.addEventListener("keydown", (event) => this.handleKey(event));
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => this.showTip(-1));
    canvas.addEventListener("click", (event) => {
      const index = this.dotAt(event);
      if (index >= 0) this.choose(index);
    });
    audio.addEventListener("error", () => this.reportProblem());
    new ResizeObserver(() => this.draw()).observe(canvas);
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributes: true });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  filter() {
    const { data, find } = this;
    const boxes = [...this.element.querySelectorAll(".quadrant")];
    const wanted = new Set(
      boxes.filter((box) => box.checked).map((box) => (box.value === "" ? null : Number(box.value))),
    );
    const least = Number(find(".confidence").value) / 100;
    const text = find(".search").value.toLowerCase();
    find("output").textContent = percent(least);
    this.shown = this.byName.filter(
      (index) =>
        wanted.has(data.quadrant[index]) &&
        // Tracks without values have no confidence, so that any minimum leaves them out.
        (least === 0 || data.confidence[index] >= least) &&
        this.searched[index].includes(text),
    );
    find(".count").textContent = `${this.shown.length} of ${data.name.length} tracks`;
    this.sort();
    this.draw();
  }

  sortBy(key) {
    this.down = key === this.key && !this.down;
    this.key = key;
    this.sort();
  }

  sort() {
    const values = this.key === "name" ? this.rank : this.data[this.key];
    const sign = this.down ? -1 : 1;
    this.shown.sort((a, b) => {
      const [one, other] = [values[a], values[b]];
      // Tracks without values are last in either direction.
      if (one === null || other === null) {
        return (one === null) - (other === null) || this.rank[a] - this.rank[b];
      }
      return sign * (one - other) || this.rank[a] - this.rank[b];
    });
    for (const head of this.element.querySelectorAll("th[data-key]")) {
      if (head.dataset.key !== this.key) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
    }
    this.showRows(0);
  }

  showRows(page) {
    const { find, shown } = this;
    const last = Math.max(0, Math.ceil(shown.length / ROWS) - 1);
    this.page = Math.min(Math.max(page, 0), last);
    const first = this.page * ROWS;
    const rows = shown.slice(first, first + ROWS);
    this.body.replaceChildren(...rows.map((index) => this.makeRow(index)));
    find(".rows").textContent = rows.length ? `${first + 1} to ${first + rows.length} of ${shown.length}` : "No track";
    find(".former").disabled = this.page === 0;
    find(".further").disabled = this.page === last;
    find(".list").scrollTop = 0;
  }

  makeRow(index) {
    const { data } = this;
    const row = document.createElement("tr");
    row.dataset.index = index;
    if (index === this.chosen) row.setAttribute("aria-current", "true");
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    const button = head.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "pick";
    button.textContent = data.name[index];
    button.addEventListener("click", () => {
      this.choose(index);
      this.play();
    });
    const quadrant = row.insertCell();
    if (data.quadrant[index] === null) {
      quadrant.textContent = data.status[index];
    } else {
      const chip = quadrant.appendChild(document.createElement("span"));
      this.showChip(chip, index);
    }
    for (const [key, format] of [
      ["confidence", percent],
      ["consistency", percent],
      ["arousal", signed],
      ["valence", signed],
      ["duration", clock],
    ]) {
      const value = data[key][index];
      row.insertCell().textContent = value === null ? "" : format(value);
    }
    return row;
  }

  showChip(chip, index) {
    const name = this.data.quadrants[this.data.quadrant[index]];
    chip.className = `chip ${name.toLowerCase()}`;
    chip.textContent = name;
  }

  choose(index) {
    const { data, find, audio } = this;
    if (index === this.chosen) return;
    this.chosen = index;
    find(".chosen .name").textContent = data.name[index];
    const hasValues = data.quadrant[index] !== null;
    find(".chosen .now").hidden = !hasValues;
    if (hasValues) {
      this.showChip(find(".chosen .chip"), index);
      find(".chosen .figures").textContent = [
        percent(data.confidence[index]),
        `arousal ${signed(data.arousal[index])}`,
        `valence ${signed(data.valence[index])}`,
      ].join(" · ");
    }
    find(".problem").hidden = true;
    audio.hidden = false;
    audio.src = data.address[index];
    audio.setAttribute("aria-label", data.name[index]);
    const place = this.shown.indexOf(index);
    if (place >= 0 && Math.floor(place / ROWS) !== this.page) this.showRows(Math.floor(place / ROWS));
    for (const row of this.body.rows) {
      if (Number(row.dataset.index) !== index) {
        row.removeAttribute("aria-current");
      } else {
        row.setAttribute("aria-current", "true");
        this.scrollTo(row);
      }
    }
    this.draw();
  }

  // Within the table: the page itself stays where it is.
  scrollTo(row) {
    const list = this.find(".list");
    const [frame, box] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
    const head = list.querySelector("thead").getBoundingClientRect().height;
    if (box.top < frame.top + head) list.scrollTop -= frame.top + head - box.top;
    else if (box.bottom > frame.bottom) list.scrollTop += box.bottom - frame.bottom;
  }

  play() {
    // Refusals and errors are events too, and are reported there.
    this.audio.play().catch(() => {});
  }

  reportProblem() {
    const problem = this.find(".problem");
    problem.textContent =
      "The track can't be played: its file isn't where it was, or this browser can't play its format.";
    problem.hidden = false;
  }

  handleKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      if (this.chosen < 0) return;
      if (this.audio.paused) this.play();
      else this.audio.pause();
    } else if (event.key === "Home") {
      this.chooseFirst();
    } else if (Object.hasOwn(DIRECTIONS, event.key)) {
      this.move(...DIRECTIONS[event.key]);
    } else {
      return;
    }
    event.preventDefault();
  }

  chooseFirst() {
    const first = this.dots()[0];
    if (first !== undefined) this.choose(first);
  }

  // Indices of the tracks that have a dot, in the order of the table.
  dots() {
    return this.shown.filter((index) => this.data.quadrant[index] !== null);
  }

  // Choose the dot that is nearest in a direction; those aside count as farther.
  move(right, up) {
    const { data, chosen } = this;
    if (chosen < 0 || data.quadrant[chosen] === null) {
      this.chooseFirst();
      return;
    }
    let best = -1;
    let least = Infinity;
    for (const index of this.dots()) {
      const across = data.valence[index] - data.valence[chosen];
      const along = data.arousal[index] - data.arousal[chosen];
      const ahead = right * across + up * along;
      const aside = Math.abs(up * across) + Math.abs(right * along);
      const cost = ahead + 2 * aside;
      if (ahead > 0 && cost < least) [best, least] = [index, cost];
    }
    if (best >= 0) this.choose(best);
  }

  point(event) {
    const index = this.dotAt(event);
    this.showTip(index, event);
  }

  showTip(index, event) {
    this.tip.hidden = index < 0;
    if (index < 0) return;
    this.tip.textContent = this.data.name[index];
    const box = this.canvas.getBoundingClientRect();
    const isRight = event.clientX > box.left + box.width / 2;
    this.tip.style.left = isRight ? "auto" : `${event.clientX - box.left + 12}px`;
    this.tip.style.right = isRight ? `${box.right - event.clientX + 12}px` : "auto";
    this.tip.style.top = `${event.clientY - box.top + 12}px`;
  }

  dotAt(event) {
    const box = this.canvas.getBoundingClientRect();
    let best = -1;
    let least = REACH;
    for (const index of this.dots()) {
      const [x, y] = this.place(index, box.width);
      const distance = Math.hypot(x - (event.clientX - box.left), y - (event.clientY - box.top));
      if (distance < least) [best, least] = [index, distance];
    }
    return best;
  }

  place(index, size) {
    const scale = size / (2 * EDGE);
    return [(this.data.valence[index] + EDGE) * scale, (EDGE - this.data.arousal[index]) * scale];
  }

  draw() {
    const { canvas, data } = this;
    const size = canvas.clientWidth;
    const sharpness = window.devicePixelRatio;
    canvas.width = canvas.height = Math.round(size * sharpness);
    const pen = canvas.getContext("2d");
    pen.scale(sharpness, sharpness);
    const dots = this.dots();
    const style = getComputedStyle(canvas);
    const radius = dots.length > 1000 ? 2.5 : 4;
    pen.globalAlpha = 0.75;
    for (const [quadrant, name] of data.quadrants.entries()) {
      pen.fillStyle = style.getPropertyValue(`--${name.toLowerCase()}`);
      for (const index of dots) {
        if (data.quadrant[index] !== quadrant) continue;
        pen.beginPath();
        pen.arc(...this.place(index, size), radius, 0, 2 * Math.PI);
        pen.fill();
      }
    }
    if (this.chosen < 0 || data.quadrant[this.chosen] === null) return;
    pen.globalAlpha = 1;
    pen.strokeStyle = style.color;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(...this.place(this.chosen, size), radius + 4, 0, 2 * Math.PI);
    pen.stroke();
  }
}

new Collection(
  document.querySelector(".collection"),
  JSON.parse(document.querySelector(".data").textContent),
);

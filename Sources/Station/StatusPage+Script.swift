extension StatusPage {
    /// Puts what comes into the page, as text alone: nothing of a neighbour's words becomes markup.
    static let script = #"""
        (() => {
        "use strict";
        const at = id => document.getElementById(id);
        const SVG = "http://www.w3.org/2000/svg";
        let network = null, before = null, source = null, last = null;
        let lines = {};

        const set = (element, text) => { if (element.textContent !== text) element.textContent = text; };
        const flag = (element, name, value) => {
          if (element.getAttribute(name) !== value) element.setAttribute(name, value);
        };
        const many = (count, one, more) => count + " " + (count === 1 ? one : more);
        function duration(seconds) {
          const s = Math.max(0, Math.floor(seconds));
          if (s < 60) return s + " s";
          if (s < 3600) return Math.floor(s / 60) + " min " + (s % 60) + " s";
          if (s < 86400) return Math.floor(s / 3600) + " h " + Math.floor(s / 60) % 60 + " min";
          return Math.floor(s / 86400) + " d " + Math.floor(s / 3600) % 24 + " h";
        }
        function size(octets) {
          if (octets < 1000) return Math.round(octets) + " B";
          if (octets < 1e6) return (octets / 1e3).toPrecision(3) + " kB";
          if (octets < 1e9) return (octets / 1e6).toPrecision(3) + " MB";
          return (octets / 1e9).toPrecision(3) + " GB";
        }
        // Of today only the time.
        const moment = (time, now) => time.slice(0, 10) === now.slice(0, 10) ? time.slice(11, 19) + " UTC" : clock(time);
        const clock = time => time ? time.slice(0, 10) + " " + time.slice(11, 19) + " UTC" : "";

        // Rows and cells are kept and filled anew, so that a reader who stands in a table stays there.
        function fill(body, rows) {
          while (body.rows.length > rows.length) body.deleteRow(-1);
          rows.forEach((cells, index) => {
            const row = body.rows[index] || body.insertRow();
            cells.forEach((cell, place) => {
              let element = row.cells[place];
              if (!element) {
                element = document.createElement(cell.head ? "th" : "td");
                if (cell.head) element.scope = "row";
                element.appendChild(document.createElement("span"));
                row.appendChild(element);
              }
              const first = element.firstChild;
              set(first, cell.text);
              flag(first, "class", cell.kind || "");
              const more = cell.more || [];
              const extra = cell.share === undefined ? more.length : 1;
              while (element.childNodes.length > extra + 1) element.removeChild(element.lastChild);
              more.forEach((text, line) => {
                let span = element.childNodes[line + 1];
                if (!span) {
                  span = document.createElement("span");
                  element.appendChild(span);
                }
                flag(span, "class", "more");
                set(span, text);
              });
              if (cell.share !== undefined) {
                const bar = element.childNodes[1] || element.appendChild(document.createElement("span"));
                bar.className = "bar";
                bar.style.width = Math.round(cell.share * 100) + "%";
              }
            });
          });
        }
        function list(name, rows, more) {
          at(name + "-none").hidden = rows.length > 0;
          at(name + "-table").hidden = rows.length === 0;
          fill(at(name), rows);
          if (at(name + "-more")) set(at(name + "-more"), more > 0 ? "and " + more + " more" : "");
        }

        // The picture

        function element(parent, name, attributes) {
          const made = document.createElementNS(SVG, name);
          for (const key in attributes) made.setAttribute(key, attributes[key]);
          parent.appendChild(made);
          return made;
        }
        // Each station at its distance: to both sides of this one where there is room for it, else row by row below it.
        function places(width) {
          const rings = [], hops = {}, near = {}, below = {}, found = {};
          for (const s of network.stations) {
            (rings[s.hops] = rings[s.hops] || []).push(s.indicator);
            hops[s.indicator] = s.hops;
            below[s.indicator] = [];
          }
          for (const [a, b] of network.links) { (near[a] = near[a] || []).push(b); (near[b] = near[b] || []).push(a); }
          for (const s of network.stations) {
            const above = (near[s.indicator] || []).find(n => hops[n] === s.hops - 1);
            if (above) below[above].push(s.indicator);
          }
          const side = width / 2 - 76, deep = rings.length - 1;
          if (deep > 0 && side / deep >= 110) {
            // A neighbour has its state and rates below its name.
            const span = name => Math.max(hops[name] === 1 ? 108 : 54,
              below[name].reduce((sum, next) => sum + span(next), 0));
            const sides = [[], []], heights = [0, 0];
            for (const name of rings[1]) {
              const right = heights[0] <= heights[1] ? 0 : 1;
              sides[right].push(name);
              heights[right] += span(name);
            }
            const high = Math.max(...heights);
            const put = (name, right, top) => {
              found[name] = { x: width / 2 + (right ? 1 : -1) * side * hops[name] / deep,
                y: top + span(name) / 2 - (hops[name] === 1 ? 24 : 9) };
              let next = top + (span(name) - below[name].reduce((sum, one) => sum + span(one), 0)) / 2;
              for (const one of below[name]) { put(one, right, next); next += span(one); }
            };
            sides.forEach((names, right) => {
              let top = (high - heights[right]) / 2;
              for (const name of names) { put(name, right, top); top += span(name); }
            });
            found[network.own] = { x: width / 2, y: high / 2 - 24 };
            return { found, height: high };
          }
          let y = 24;
          const most = Math.max(1, Math.floor(width / 100));
          rings.forEach((ring, hop) => {
            for (let start = 0; start < ring.length; start += most) {
              const row = ring.slice(start, start + most);
              row.forEach((name, index) => { found[name] = { x: width * (index + .5) / row.length, y }; });
              y += hop === 1 ? 122 : 84;
            }
          });
          return { found, height: y - 34 };
        }
        function draw() {
          if (!network) return;
          const holder = at("picture");
          const width = Math.max(300, Math.floor(holder.clientWidth));
          const { found, height } = places(width);
          holder.replaceChildren();
          lines = {};
          const picture = element(holder, "svg", { viewBox: "0 0 " + width + " " + height, role: "img" });
          picture.setAttribute("aria-labelledby", "picture-title");
          element(picture, "title", { id: "picture-title" });
          const below = element(picture, "g", {}), above = element(picture, "g", {});
          for (const [a, b] of network.links) {
            if (!found[a] || !found[b]) continue;
            const mine = a === network.own || b === network.own;
            const peer = a === network.own ? b : a;
            const [from, to] = mine ? [found[network.own], found[peer]] : [found[a], found[b]];
            const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
            const line = element(below, "line", ends);
            if (!mine) continue;
            const long = Math.hypot(to.x - from.x, to.y - from.y) || 1;
            const [dx, dy] = [4 * (to.y - from.y) / long, -4 * (to.x - from.x) / long];
            const out = element(below, "line", { class: "flow",
              x1: from.x + dx, y1: from.y + dy, x2: to.x + dx, y2: to.y + dy });
            const into = element(below, "line", { class: "flow",
              x1: to.x - dx, y1: to.y - dy, x2: from.x - dx, y2: from.y - dy });
            lines[peer] = { line, out, into };
          }
          for (const s of network.stations) {
            const place = found[s.indicator];
            const node = element(above, "g", { class: s.indicator === network.own ? "own" : "other" });
            const wide = 16 + 9.2 * s.indicator.length;
            element(node, "rect", { x: place.x - wide / 2, y: place.y - 14, width: wide, height: 28, rx: 6 });
            element(node, "text", { class: "name", x: place.x, y: place.y + 5 }).textContent = s.indicator;
            const fits = width < 520 ? 14 : 20;
            element(node, "text", { class: "post", x: place.x, y: place.y + 28 }).textContent =
              s.post.length > fits ? s.post.slice(0, fits - 1) + "…" : s.post;
            const mine = lines[s.indicator];
            if (!mine) continue;
            mine.label = element(node, "text", { x: place.x, y: place.y + 44 });
            mine.rates = [59, 73].map(down => element(node, "text", { class: "rate", x: place.x, y: place.y + down }));
          }
          set(at("beyond"), network.left > 0 ? "and " + many(network.left, "station", "stations") + " further away" : "");
          if (last) paint(last, null);
        }
        function speed(now, then, key, seconds) {
          return then && seconds > 0 ? Math.max(0, now[key] - then[key]) / seconds : 0;
        }
        function each(rate) { return rate === 0 ? "0" : rate >= 10 ? Math.round(rate) : rate >= 1 ? rate.toFixed(1) : rate.toFixed(2); }
        function paint(state, then) {
          const seconds = then ? (Date.parse(state.at) - Date.parse(then.at)) / 1000 : 0;
          const told = [];
          for (const link of state.links) {
            const old = then && then.links.find(l => l.peer === link.peer);
            const out = speed(link, old, "sentCables", seconds), into = speed(link, old, "receivedCables", seconds);
            const octetsOut = speed(link, old, "sentOctets", seconds);
            const octetsIn = speed(link, old, "receivedOctets", seconds);
            link.out = out; link.into = into;
            told.push(link.peer + " " + link.state + (link.limited ? ", limited" : ""));
            const drawn = lines[link.peer];
            if (!drawn) continue;
            flag(drawn.line, "class", "link " + link.state);
            flag(drawn.label, "class", "label " + link.state);
            set(drawn.label, link.state + (link.limited ? ", limited" : "") + (link.queued > 0 ? ", " + link.queued + " queued" : ""));
            const busy = out > 0 || link.transfer;
            flag(drawn.out, "class", "flow" + (busy ? " moving" : "") + (octetsOut > 1e5 ? " fast" : ""));
            flag(drawn.into, "class", "flow" + (into > 0 ? " moving" : "") + (octetsIn > 1e5 ? " fast" : ""));
            const rates = [out > 0 ? each(out) + "/s out" : "", into > 0 ? each(into) + "/s in" : ""].filter(t => t);
            drawn.rates.forEach((text, place) => set(text, rates[place] || ""));
          }
          const title = at("picture-title");
          if (title) set(title, network.own + " and its links: " + (told.join(", ") || "none"));
        }

        // The words

        function show(state) {
          paint(state, before);
          const then = before;
          before = state;
          last = state;
          set(at("station"), state.station);
          set(at("about"), "network " + state.network + ", routerd " + state.version + ", "
            + (state.state === "readOnly" ? "read only" : state.state) + " since " + clock(state.since)
            + ". As of " + clock(state.at) + (state.diskFree === undefined ? "" : ", " + size(state.diskFree)
            + " of disk free") + ".");
          const down = state.links.filter(l => l.state === "down" || l.state === "connecting").length;
          const ordered = state.links.filter(l => l.state === "closed" || l.state === "draining" || l.limited).length;
          const parts = [];
          if (state.state === "readOnly") parts.push("takes no cables: the journal cannot be written");
          if (state.unacknowledgedLate > 0)
            parts.push(many(state.unacknowledgedLate, "FLASH or NIACT cable", "FLASH or NIACT cables") + " not acknowledged in time");
          if (state.overdue > 0) parts.push(many(state.overdue, "delivery", "deliveries") + " overdue");
          if (state.held > 0) parts.push(many(state.held, "delivery", "deliveries") + " held");
          if (down > 0) parts.push(many(down, "link is", "links are") + " not up");
          if (ordered > 0) parts.push(many(ordered, "link is", "links are") + " closed or limited by order");
          if (state.dueOverdue > 0) parts.push(many(state.dueOverdue, "reply", "replies") + " overdue");
          if (state.alarms.length > 0) parts.push(many(state.alarms.length, "alarm stands", "alarms stand"));
          const grave = state.state !== "serving" || state.unacknowledgedLate > 0 || state.overdue > 0;
          const said = parts.join("; ");
          set(at("summary"), said ? said[0].toUpperCase() + said.slice(1) + "." : "All is well.");
          flag(at("summary"), "class", grave ? "alarm" : parts.length ? "attention" : "good");
          document.title = state.station + ": " + (parts[0] || "all is well");

          const most = Math.max(1, ...state.queues.map(q => q.depth));
          fill(at("queues"), state.queues.map(q => [
            { text: q.precedence, head: true },
            { text: String(q.depth), kind: "number", share: q.depth / most },
            { text: q.oldestSeconds === undefined ? "–" : duration(q.oldestSeconds),
              kind: q.oldestSeconds > q.allowedSeconds ? "bad" : "" },
            { text: String(q.held), kind: q.held ? "bad" : "" },
            { text: String(q.overdue), kind: q.overdue ? "bad" : "" }]));
          fill(at("links"), state.links.map(l => [
            { text: l.peer, head: true },
            { text: l.state, kind: "state " + l.state, more: [
              ...(l.state === "up" && !l.limited ? [] : [l.why, ...(l.nextAt ? ["tried again at " + moment(l.nextAt, state.at)] : [])]),
              ...(l.transfer ? ["sends " + l.transfer.precedence + " " + l.transfer.id + ", "
                + Math.floor(100 * l.transfer.sent / Math.max(1, l.transfer.length)) + " % of " + size(l.transfer.length)] : [])] },
            { text: String(l.queued), more: l.oldestSeconds === undefined ? [] : ["oldest " + duration(l.oldestSeconds)] },
            { text: l.sentCables + " out, " + l.receivedCables + " in",
              more: then ? [each(l.out) + "/s out, " + each(l.into) + "/s in"] : [] }]));
          list("late", state.late.map(d => [
            { text: d.precedence, head: true, kind: "bad" },
            { text: d.post, more: [...(d.subject ? [d.subject] : []), d.id, d.why].filter(text => text) },
            { text: duration(d.lateSeconds), kind: "number" }]), state.overdue - state.late.length);
          list("due", state.due.map(d => [
            { text: d.secondsLeft < 0 ? duration(-d.secondsLeft) + " ago" : "in " + duration(d.secondsLeft), head: true,
              kind: d.secondsLeft < 0 ? "bad" : "" },
            { text: d.post + (d.office ? ", " + d.office : ""), more: [...(d.subject ? [d.subject] : []),
              (d.awaited ? "awaited for " : "to be given to ") + d.id] }]), state.dueCount - state.due.length);
          list("alarms", state.alarms.map(a => [
            { text: moment(a.since, state.at), head: true },
            { text: a.code + (a.count > 1 ? ", " + a.count + " times" : ""), kind: "bad", more: a.text ? [a.text] : [] }]), 0);
        }

        // The stream: there while somebody looks.

        function stale(text) {
          at("stale").hidden = !text;
          if (text) set(at("stale"), text);
        }
        function open() {
          if (source || document.hidden) return;
          source = new EventSource("/events");
          source.addEventListener("network", event => { network = JSON.parse(event.data); draw(); });
          source.addEventListener("state", event => { stale(""); show(JSON.parse(event.data)); });
          source.onerror = () => {
            before = null;
            stale("No connection to the station. " + (last ? "What stands here is as of " + clock(last.at) + "."
              : "Perhaps it does not run, or too many look at once."));
            if (source && source.readyState === EventSource.CLOSED) { source = null; setTimeout(open, 10000); }
          };
        }
        document.addEventListener("visibilitychange", () => {
          if (!document.hidden) return open();
          if (source) source.close();
          source = null;
          before = null;
        });
        let drawing = 0;
        addEventListener("resize", () => { clearTimeout(drawing); drawing = setTimeout(draw, 150); });
        open();
        })();
        """#
}

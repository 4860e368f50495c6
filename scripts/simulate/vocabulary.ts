/** The words and prices of the demo shop: a data table, one line a subcategory. */

export interface Subcategory {
  name: string;
  /** Shown when the page has no picture. */
  glyph: string;
  medianPrice: number;
  nouns: readonly string[];
  /** Subcategories one goes to after looking at this one. */
  accessories: readonly string[];
}

export interface Category {
  name: string;
  subcategories: readonly Subcategory[];
}

function sub(
  name: string,
  glyph: string,
  medianPrice: number,
  nouns: readonly string[],
  accessories: readonly string[],
): Subcategory {
  return { name, glyph, medianPrice, nouns, accessories };
}

export const CATEGORIES: readonly Category[] = [
  {
    name: "Camping",
    subcategories: [
      sub("Tents", "⛺", 240, ["2-Person Tent", "Dome Tent", "Tunnel Tent"], ["Sleeping Bags", "Lanterns"]),
      sub("Sleeping Bags", "🛌", 130, ["Down Sleeping Bag", "Summer Sleeping Bag"], ["Sleeping Pads"]),
      sub("Sleeping Pads", "🟩", 70, ["Inflatable Pad", "Foam Mat"], ["Sleeping Bags", "Camp Stoves"]),
      sub("Lanterns", "🏮", 38, ["Lantern", "Tent Light"], ["Camp Stoves"]),
      sub("Camp Stoves", "🔥", 62, ["Gas Stove", "Camp Cook Set"], ["Lanterns", "Mugs"]),
    ],
  },
  {
    name: "Coffee & Tea",
    subcategories: [
      sub("Grinders", "⚙️", 95, ["Hand Grinder", "Burr Grinder"], ["Coffee Beans", "Drippers"]),
      sub("Kettles", "🫖", 68, ["Gooseneck Kettle", "Stovetop Kettle"], ["Drippers", "Tea"]),
      sub("Drippers", "☕", 28, ["Pour-Over Dripper", "French Press"], ["Coffee Beans", "Mugs"]),
      sub("Mugs", "🥤", 18, ["Mug", "Travel Mug", "Espresso Cup"], ["Tea"]),
      sub("Coffee Beans", "🫘", 16, ["House Blend", "Single Origin Beans"], ["Mugs", "Grinders"]),
      sub("Tea", "🍵", 12, ["Green Tea", "Breakfast Tea"], ["Kettles", "Mugs"]),
    ],
  },
  {
    name: "Cycling",
    subcategories: [
      sub("Helmets", "🪖", 85, ["Road Helmet", "City Helmet"], ["Cycling Gloves", "Bike Lights"]),
      sub("Bike Lights", "🔦", 45, ["Front Light", "Light Set"], ["Pumps"]),
      sub("Panniers", "👜", 78, ["Pannier", "Handlebar Bag"], ["Bike Lights", "Pumps"]),
      sub("Pumps", "🧯", 32, ["Mini Pump", "Floor Pump"], ["Panniers"]),
      sub("Cycling Gloves", "🧤", 29, ["Cycling Gloves", "Winter Gloves"], ["Helmets"]),
    ],
  },
  {
    name: "Kitchen",
    subcategories: [
      sub("Knives", "🔪", 74, ["Chef's Knife", "Paring Knife", "Bread Knife"], ["Cutting Boards"]),
      sub("Cutting Boards", "🪵", 36, ["Cutting Board", "Serving Board"], ["Knives", "Pans"]),
      sub("Pans", "🍳", 82, ["Frying Pan", "Saucepan", "Dutch Oven"], ["Aprons", "Storage Jars"]),
      sub("Storage Jars", "🫙", 22, ["Storage Jar", "Jar Set"], ["Tea", "Cutting Boards"]),
      sub("Aprons", "🧑‍🍳", 31, ["Apron", "Oven Mitts"], ["Pans", "Knives"]),
    ],
  },
  {
    name: "Hiking",
    subcategories: [
      sub("Boots", "🥾", 155, ["Hiking Boots", "Approach Shoes"], ["Socks", "Trekking Poles"]),
      sub("Backpacks", "🎒", 115, ["Daypack", "Trekking Pack"], ["Rain Jackets", "Tents"]),
      sub("Trekking Poles", "🥢", 72, ["Trekking Poles", "Folding Poles"], ["Backpacks"]),
      sub("Rain Jackets", "🧥", 140, ["Rain Jacket", "Shell Jacket"], ["Boots", "Backpacks"]),
      sub("Socks", "🧦", 19, ["Merino Socks", "Liner Socks"], ["Boots"]),
    ],
  },
  {
    name: "Home Office",
    subcategories: [
      sub("Desk Lamps", "💡", 64, ["Desk Lamp", "Clip Lamp"], ["Notebooks", "Monitor Stands"]),
      sub("Keyboards", "⌨️", 110, ["Mechanical Keyboard", "Compact Keyboard"], ["Monitor Stands"]),
      sub("Notebooks", "📓", 17, ["Notebook", "Planner"], ["Desk Lamps"]),
      sub("Office Chairs", "🪑", 260, ["Office Chair", "Stool"], ["Desk Lamps", "Keyboards"]),
      sub("Monitor Stands", "🖥️", 58, ["Monitor Stand", "Laptop Stand"], ["Keyboards", "Headphones"]),
    ],
  },
  {
    name: "Audio",
    subcategories: [
      sub("Headphones", "🎧", 150, ["Headphones", "Studio Headphones"], ["Audio Cables", "Earbuds"]),
      sub("Speakers", "🔊", 175, ["Bookshelf Speaker", "Portable Speaker"], ["Audio Cables", "Turntables"]),
      sub("Turntables", "📀", 290, ["Turntable", "Belt-Drive Turntable"], ["Speakers", "Vinyl Care"]),
      sub("Earbuds", "🎵", 80, ["Earbuds", "Sport Earbuds"], ["Audio Cables"]),
      sub("Audio Cables", "🔌", 21, ["Audio Cable", "Speaker Cable"], ["Speakers"]),
      sub("Vinyl Care", "🧽", 25, ["Record Brush", "Cleaning Kit"], ["Turntables"]),
    ],
  },
  {
    name: "Running",
    subcategories: [
      sub("Running Shoes", "👟", 125, ["Road Shoes", "Trail Shoes"], ["Running Shorts", "Socks"]),
      sub("Running Shorts", "🩳", 44, ["Running Shorts", "Tights"], ["Headbands", "Running Shoes"]),
      sub("Hydration Vests", "💧", 98, ["Hydration Vest", "Soft Flask Set"], ["Sport Watches"]),
      sub("Sport Watches", "⌚", 230, ["GPS Watch", "Heart Rate Band"], ["Earbuds", "Running Shoes"]),
      sub("Headbands", "🎽", 16, ["Headband", "Running Cap"], ["Running Shorts"]),
    ],
  },
  {
    name: "Garden",
    subcategories: [
      sub("Pruners", "✂️", 34, ["Pruners", "Hedge Shears"], ["Garden Gloves"]),
      sub("Planters", "🪴", 42, ["Planter", "Raised Bed"], ["Seeds", "Watering Cans"]),
      sub(
        "Seeds",
        "🌱",
        6,
        ["Wildflower Seeds", "Tomato Seeds", "Herb Seeds"],
        ["Planters", "Garden Gloves"],
      ),
      sub("Watering Cans", "🚿", 27, ["Watering Can", "Hose Set"], ["Planters"]),
      sub("Garden Gloves", "🧤", 15, ["Garden Gloves", "Kneeling Pad"], ["Pruners", "Seeds"]),
    ],
  },
  {
    name: "Climbing",
    subcategories: [
      sub("Ropes", "🪢", 165, ["Single Rope", "Half Rope"], ["Carabiners", "Harnesses"]),
      sub("Harnesses", "🦺", 74, ["Harness", "Sport Harness"], ["Carabiners"]),
      sub("Climbing Shoes", "🧗", 118, ["Climbing Shoes", "Bouldering Shoes"], ["Chalk Bags"]),
      sub("Chalk Bags", "👝", 21, ["Chalk Bag", "Chalk Bucket"], ["Climbing Shoes"]),
      sub("Carabiners", "🔗", 17, ["Carabiner", "Quickdraw Set"], ["Ropes", "Chalk Bags"]),
    ],
  },
  {
    name: "Photography",
    subcategories: [
      sub("Tripods", "📐", 135, ["Travel Tripod", "Mini Tripod"], ["Camera Straps"]),
      sub("Camera Bags", "💼", 105, ["Camera Bag", "Camera Backpack"], ["Memory Cards", "Tripods"]),
      sub("Lens Filters", "🔍", 52, ["Polariser", "ND Filter"], ["Camera Bags"]),
      sub("Camera Straps", "🎗️", 34, ["Camera Strap", "Wrist Strap"], ["Camera Bags", "Lens Filters"]),
      sub("Memory Cards", "💾", 46, ["Memory Card", "Card Reader"], ["Lens Filters"]),
    ],
  },
  {
    name: "Toys & Games",
    subcategories: [
      sub("Board Games", "🎲", 42, ["Board Game", "Strategy Game"], ["Card Games", "Puzzles"]),
      sub("Puzzles", "🧩", 24, ["1,000-Piece Puzzle", "Wooden Puzzle"], ["Board Games"]),
      sub("Building Sets", "🧱", 58, ["Building Set", "Marble Run"], ["Puzzles", "Plush"]),
      sub("Plush", "🧸", 23, ["Plush Bear", "Plush Fox"], ["Building Sets"]),
      sub("Card Games", "🃏", 17, ["Card Game", "Party Game"], ["Board Games"]),
    ],
  },
];

export const STYLES = ["minimal", "classic", "rugged", "playful", "natural", "technical"] as const;

export const BRANDS: readonly string[] = [
  ..."Halden Norrvik Aldis Ostra Kestrel Brennan Tarn Mokko Lumen Veld Sorrel Pica Rowan Fennick Ardo Juno".split(
    " ",
  ),
  ..."Calder Birk Tessel Orme Quill Marlow Sable Inka Dovre Pelham Ronda Wick Yarrow Zephyr Ember Corvus".split(
    " ",
  ),
];

export const LINES: readonly string[] = [
  ..."Fjell Coast Dawn Ridge Harbour Meadow Drift Summit Ember Loom Signal Willow Granite Tide Alder".split(
    " ",
  ),
  ..."North Orbit Pebble Stride Trace Union Vale Wander Cedar Basin Arc Flint Grove Heron Isle".split(" "),
];

export const COLOURS: readonly string[] =
  "Moss Slate Sand Ink Rust Cloud Ochre Plum Pine Clay Ivory Cobalt Charcoal Sage Coral".split(" ");

export const FIRST_NAMES: readonly string[] = [
  ..."Amara Ben Chiara Dario Elif Farid Greta Hugo Ines Jonas Kaya Leo Mina Nadia Oskar Priya".split(" "),
  ..."Quentin Rosa Sami Tove Uma Viktor Wanda Ximena Yusuf Zoe Anouk Bruno Celia Dmitri Esther Felix".split(
    " ",
  ),
];

/**
 * The scenarios of Asterisk's CDR specification (docs.asterisk.org, "CDR Specification"), with Alice calling from outside. Each says the
 * rows that Asterisk writes and the one call that a manager would tell of, worked out by hand from the story, not from the rows.
 */
type Party = 'alice' | 'bob' | 'charlie' | 'david' | 'ellen' | 'frank';

export const EXTENSIONS: Readonly<Record<Exclude<Party, 'alice'>, string>> = {
  bob: '200',
  charlie: '300',
  david: '900',
  ellen: '901',
  frank: '902',
};

/** One row. Times are `m:ss` after the scenario's beginning. */
export interface CdrRow {
  readonly from: string;
  readonly to?: string;
  readonly app: string;
  readonly data?: string;
  readonly dst?: string;
  readonly start: string;
  readonly answer?: string;
  readonly end: string;
  readonly billsec: number;
  readonly disposition: 'ANSWERED' | 'NO ANSWER' | 'BUSY' | 'FAILED';
  /** Another call than the scenario's own. */
  readonly call?: string;
}

export interface ToldCall {
  readonly direction: 'in' | 'internal';
  readonly outcome: string;
  readonly reason?: string;
  /** Who talked with Alice longest, or who alone was rung. */
  readonly manager: string | null;
  /** Extensions rung, in order. */
  readonly rung: readonly string[];
  readonly wait: number;
  readonly talk: number;
  readonly queue?: string;
}

export interface Scenario {
  readonly story: string;
  readonly rows: readonly CdrRow[];
  readonly call: ToldCall;
  /** Of the rows with `call`. */
  readonly other?: ToldCall;
}

const talked = (
  from: string,
  to: string,
  start: string,
  answer: string,
  end: string,
  billsec: number,
  more: Partial<CdrRow> = {},
): CdrRow => ({ from, to, app: 'Dial', start, answer, end, billsec, disposition: 'ANSWERED', ...more });
const rang = (
  from: string,
  to: string,
  start: string,
  end: string,
  disposition: CdrRow['disposition'] = 'NO ANSWER',
  more: Partial<CdrRow> = {},
): CdrRow => ({ from, to, app: 'Dial', start, end, billsec: 0, disposition, ...more });
const answeredCall = (
  manager: string,
  rung: readonly string[],
  wait: number,
  talk: number,
  queue?: string,
): ToldCall => ({
  direction: 'in',
  outcome: 'answered',
  manager,
  rung,
  wait,
  talk,
  ...(queue !== undefined && { queue }),
});

export const SCENARIOS: readonly Scenario[] = [
  {
    story: 'voicemail alone',
    rows: [
      {
        from: 'alice',
        app: 'VoiceMail',
        start: '0:00',
        answer: '0:02',
        end: '1:00',
        billsec: 58,
        disposition: 'ANSWERED',
      },
    ],
    call: {
      direction: 'in',
      outcome: 'missed',
      reason: 'voicemail',
      manager: null,
      rung: [],
      wait: 60,
      talk: 0,
    },
  },
  {
    story: 'basic call: Bob picks up after 8 s, they talk for 112 s',
    rows: [talked('alice', 'bob', '0:00', '0:08', '2:00', 112)],
    call: answeredCall('bob', ['bob'], 8, 112),
  },
  {
    story: 'unanswered dial',
    rows: [rang('alice', 'bob', '0:00', '0:10')],
    call: {
      direction: 'in',
      outcome: 'missed',
      reason: 'no_answer',
      manager: 'bob',
      rung: ['bob'],
      wait: 10,
      talk: 0,
    },
  },
  {
    story: 'busy',
    rows: [rang('alice', 'bob', '0:00', '0:03', 'BUSY')],
    call: {
      direction: 'in',
      outcome: 'missed',
      reason: 'busy',
      manager: 'bob',
      rung: ['bob'],
      wait: 3,
      talk: 0,
    },
  },
  {
    story: 'parallel dial: both of Bob’s phones ring, he takes the second',
    rows: [rang('alice', 'bob', '0:00', '0:10'), talked('alice', 'IAX2/bob', '0:00', '0:10', '1:10', 60)],
    call: answeredCall('bob', ['bob'], 10, 60),
  },
  {
    story: 'ring-all that nobody takes: no one manager has missed it',
    rows: [rang('alice', 'bob', '0:00', '0:20'), rang('alice', 'charlie', '0:00', '0:20')],
    call: {
      direction: 'in',
      outcome: 'missed',
      reason: 'no_answer',
      manager: null,
      rung: ['bob', 'charlie'],
      wait: 20,
      talk: 0,
    },
  },
  {
    story: 'call forward: Bob’s phone sends the call on to his mobile, and it stays an incoming call',
    rows: [
      rang('alice', 'bob', '0:00', '0:02'),
      talked('alice', 'trunk', '0:02', '0:15', '0:45', 30, { dst: '89031234567' }),
    ],
    call: { direction: 'in', outcome: 'answered', manager: null, rung: ['bob'], wait: 15, talk: 30 },
  },
  {
    story: 'blind transfer: 20 s with Bob, then 60 s with Charlie',
    rows: [
      talked('alice', 'bob', '0:00', '0:10', '0:30', 20),
      talked('alice', 'charlie', '0:30', '0:35', '1:35', 60),
    ],
    call: answeredCall('charlie', ['bob', 'charlie'], 10, 80),
  },
  {
    story:
      'attended transfer: what Bob and Charlie say meanwhile is no talk with Alice; 35 s that claim to be 45 are 35',
    rows: [
      talked('alice', 'bob', '0:00', '0:10', '1:00', 50),
      talked('bob', 'charlie', '0:30', '0:35', '1:00', 26),
      talked('alice', 'charlie', '1:00', '1:00', '1:35', 45),
    ],
    call: answeredCall('bob', ['bob', 'charlie'], 10, 85),
  },
  {
    story: 'attended transfer into voicemail: only Bob talked with her',
    rows: [
      talked('alice', 'bob', '0:00', '0:10', '1:00', 50),
      {
        from: 'bob',
        app: 'VoiceMail',
        start: '0:30',
        answer: '0:31',
        end: '1:00',
        billsec: 29,
        disposition: 'ANSWERED',
      },
      {
        from: 'alice',
        app: 'VoiceMail',
        start: '1:00',
        answer: '1:00',
        end: '2:00',
        billsec: 60,
        disposition: 'ANSWERED',
      },
    ],
    call: answeredCall('bob', ['bob'], 10, 50),
  },
  {
    story: 'transfer by the phone itself: Bob’s second line is a call of its own',
    rows: [
      talked('alice', 'bob', '0:00', '0:10', '0:50', 40),
      talked('bob', 'charlie', '0:30', '0:40', '0:50', 10, { call: 'second' }),
      talked('alice', 'charlie', '0:50', '0:50', '1:50', 60),
    ],
    call: answeredCall('charlie', ['bob', 'charlie'], 10, 100),
    other: {
      direction: 'internal',
      outcome: 'internal',
      manager: 'bob',
      rung: ['charlie'],
      wait: 10,
      talk: 10,
    },
  },
  {
    story: 'blonde transfer: the rows overlap for 23 s, which count once',
    rows: [
      talked('alice', 'bob', '0:00', '0:10', '1:00', 50),
      rang('bob', 'charlie', '0:30', '0:32'),
      talked('alice', 'charlie', '0:32', '0:37', '1:12', 35),
    ],
    call: answeredCall('bob', ['bob', 'charlie'], 10, 62),
  },
  {
    story: 'three-way call: 110 s on the phone, however many were on it',
    rows: [
      talked('alice', 'bob', '0:00', '0:10', '2:00', 110),
      talked('bob', 'charlie', '0:30', '0:35', '0:50', 15),
      talked('alice', 'charlie', '0:50', '0:50', '2:00', 70),
      talked('bob', 'charlie', '0:50', '0:50', '2:00', 70),
    ],
    call: answeredCall('bob', ['bob', 'charlie'], 10, 110),
  },
  {
    story: 'park: a minute with the music is no talk, though Charlie’s row still names Park',
    rows: [
      talked('alice', 'bob', '0:00', '0:10', '0:20', 10),
      {
        from: 'alice',
        app: 'Park',
        start: '0:20',
        answer: '0:20',
        end: '1:20',
        billsec: 60,
        disposition: 'ANSWERED',
      },
      talked('alice', 'charlie', '1:20', '1:20', '2:20', 60, { app: 'Park' }),
    ],
    call: answeredCall('charlie', ['bob', 'charlie'], 10, 70),
  },
  {
    story:
      'queue, ring-all: Bob is busy, Charlie answers after a minute; Bob’s row lasts as long as Charlie’s',
    rows: [
      rang('alice', 'bob', '0:00', '3:00', 'BUSY', { app: 'Queue', data: 'complaints' }),
      talked('alice', 'charlie', '0:00', '1:00', '3:00', 120, { app: 'Queue', data: 'complaints' }),
    ],
    call: answeredCall('charlie', ['bob', 'charlie'], 60, 120, 'complaints'),
  },
  {
    story: 'queue, round robin: Bob lets it ring, Charlie answers',
    rows: [
      rang('alice', 'bob', '0:00', '3:00', 'NO ANSWER', { app: 'Queue', data: 'complaints' }),
      talked('alice', 'charlie', '0:00', '1:20', '3:00', 100, { app: 'Queue', data: 'complaints' }),
    ],
    call: answeredCall('charlie', ['bob', 'charlie'], 80, 100, 'complaints'),
  },
  {
    story: 'abandoned in the queue',
    rows: [
      {
        from: 'alice',
        app: 'Queue',
        data: 'sales',
        start: '0:00',
        answer: '0:01',
        end: '0:40',
        billsec: 39,
        disposition: 'ANSWERED',
      },
      rang('alice', 'bob', '0:10', '0:40', 'NO ANSWER', { app: 'Queue', data: 'sales' }),
    ],
    call: {
      direction: 'in',
      outcome: 'missed',
      reason: 'abandoned_in_queue',
      manager: 'bob',
      rung: ['bob'],
      wait: 40,
      talk: 0,
      queue: 'sales',
    },
  },
  {
    story: 'conference: Alice is with somebody from 0:10 to 4:00',
    rows: [
      talked('alice', 'bob', '0:00', '0:10', '3:00', 170, { app: 'ConfBridge' }),
      talked('bob', 'charlie', '0:10', '1:00', '3:00', 120, { app: 'ConfBridge' }),
      talked('alice', 'charlie', '0:00', '1:00', '4:00', 180, { app: 'ConfBridge' }),
    ],
    call: answeredCall('charlie', ['bob', 'charlie'], 10, 230),
  },
  {
    story:
      'the complex example: 55 s with Bob, then 3 minutes with David and whoever joins; she hangs up at 5:00',
    rows: [
      talked('alice', 'bob', '0:00', '0:05', '1:00', 55),
      rang('alice', 'Local/902@default-00000001;1', '1:00', '2:00', 'NO ANSWER', {
        app: 'Queue',
        data: 'sales',
      }),
      rang('Local/902@default-00000001;2', 'frank', '1:50', '2:00'),
      talked('alice', 'Local/900@default-00000002;1', '1:00', '2:00', '5:00', 180, {
        app: 'Queue',
        data: 'sales',
      }),
      talked('Local/900@default-00000002;2', 'david', '2:00', '2:05', '6:00', 235),
      talked('bob', 'charlie', '1:10', '1:20', '3:20', 120, { call: 'second' }),
      talked('david', 'ellen', '2:30', '2:40', '3:00', 20),
      talked('alice', 'ellen', '3:00', '3:00', '5:00', 120, { app: 'Queue', data: 'sales' }),
      talked('Local/900@default-00000002;2', 'ellen', '3:00', '3:00', '5:00', 120),
      talked('alice', 'charlie', '3:20', '3:20', '5:00', 100, { app: 'Queue', data: 'sales' }),
      talked('charlie', 'Local/900@default-00000002;2', '3:20', '3:20', '6:00', 160, { app: 'Bridge' }),
      talked('charlie', 'ellen', '3:20', '3:20', '5:05', 105, { app: 'Bridge' }),
    ],
    call: answeredCall('david', ['bob', 'charlie', 'david', 'ellen', 'frank'], 5, 235, 'sales'),
    other: {
      direction: 'internal',
      outcome: 'internal',
      manager: 'bob',
      rung: ['charlie'],
      wait: 10,
      talk: 120,
    },
  },
];

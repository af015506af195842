// From a list of files to the frames that the card gets: decode, mix, gain, resample, limit. Runs on the decode
// thread; nothing here is for the audio thread.

// Safety: the scratch rows are made in `init` and freed in `deinit`; every frame in them is below `blockFrames`.
/// A programme's items as one gapless sequence of frames at the card's rate.
///
/// Items follow each other without a missing or extra frame: n frames of a file at rate r take round(n · R / r)
/// programme frames, and files of one rate that stand next to each other are resampled as one stream.
@safe package struct ProgrammeReader: ~Copyable {
    /// What became of the items, in order, as far as the reader has come.
    ///
    /// The reader is some frames ahead of what `read` has returned: the next item may be there before its time.
    package private(set) var marks: [ProgrammeMark] = []

    /// Which place of the programme each frame that `read` returned plays.
    package private(set) var timeline: ProgrammeTimeline

    /// How many parts per million faster than the card's nominal rate the programme is to go, within ±500.
    ///
    /// It can be set at any time and holds for the frames that are made from then on.
    package var ratioCorrectionPPM = 0.0 {
        didSet { step = ProgrammeStep(correctionPPM: ratioCorrectionPPM) }
    }

    /// The items that have not had their turn.
    private var queue: ItemQueue
    private let output: ProgrammeOutput
    /// The item that is being decoded.
    private var source: ItemSource?
    private var run: Run?
    /// The programme frame at which the next item begins.
    private var itemsEnd = 0
    private var hasSought = false

    private var step = ProgrammeStep.nominal
    private let gain: Float
    private var limiter: TruePeakLimiter
    /// Frames that the limiter gives before the first one it was given: dropped, so that nothing shifts.
    private var surplus: Int
    /// Frames of silence that push the last frames out of the limiter at the end.
    private var flush: Int

    // Safety: allocated in `init`, freed in `deinit`, lent to nobody beyond a call.
    /// Frames on their way through: `blockFrames` for the one row or the left, then as many for the right.
    private let scratch: UnsafeMutableBufferPointer<Float>
    private var channels = 1

    /// Frames that are made at once.
    private static let blockFrames = 512

    /// Makes a reader of `items`; files are opened as their turn comes.
    package init(_ items: [ProgrammeItem], output: ProgrammeOutput) {
        queue = ItemQueue(items)
        self.output = output
        timeline = ProgrammeTimeline(start: ProgrammePosition(frame: output.startFrame))
        gain = amplitude(decibels: output.gainDecibels)
        limiter = TruePeakLimiter(ceilingDecibels: output.ceilingDecibels, rate: output.rate, channels: 1)
        surplus = limiter.latency
        flush = limiter.latency
        unsafe scratch = .allocate(capacity: 2 * Self.blockFrames)
        unsafe scratch.initialize(repeating: 0)
    }

    deinit { unsafe scratch.deallocate() }

    /// Whether the next step of `seek`, or the next `frames` frames, need no wait for a decoder in another process.
    ///
    /// Opens the next item ahead of its turn, which is why it has to be asked now and then. After false a time comes at
    /// which it is true: nobody waits for a decoder without end.
    package mutating func isReady(frames: Int) -> Bool {
        guard let source else { return isNextPassedOver || queue.prepare() }
        let rate = source.decoder.format.rate
        let step = hasSought ? frames * rate / output.rate : max(frames, FFmpegDecoder.mostFrames)
        let wanted = step + Self.readAhead
        // One that nobody has counted may end at any time.
        let left = (marks.last.flatMap { queue.items[$0.item].frames } ?? 0) - source.framesUsed
        let isNextReady = left > Self.openingSeconds * rate || queue.prepare()
        return (isNextReady || left > wanted) && source.decoder.isReady(frames: wanted - source.blockFrames)
    }

    /// Frames of a file that may be read beyond those that are asked for: a block, and the resampler's reach.
    private static let readAhead = 2048
    /// So long before the end of an item the next is opened: ffmpeg needs a second or two on a small board.
    private static let openingSeconds = 10

    /// Makes the next frames, interleaved, and returns how many; fewer than `frames` only at the programme's end.
    ///
    /// `buffer` has room for `frames` frames of the card's channels.
    package mutating func read(into buffer: UnsafeMutableBufferPointer<Float>, frames: Int) -> Int {
        let wanted = min(frames, buffer.count / output.channels)
        var done = 0
        while done < wanted {
            let block = nextBlock(min(Self.blockFrames, wanted - done))
            if block.isEmpty { break }
            unsafe interleave(block, into: buffer, at: done)
            done += block.count
        }
        return done
    }

    /// Copies the limited frames `block` to `buffer` from frame `first` on; two rows take turns on more channels.
    private func interleave(
        _ block: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>, at first: Int
    ) {
        guard let rows = unsafe scratch.baseAddress, let frames = buffer.baseAddress else { return }
        for channel in 0..<output.channels {
            // Safety: the block lies within a row, and `read` has seen to it that the buffer has room for it.
            let row = unsafe rows + (channel % channels * Self.blockFrames + block.lowerBound)
            let place = unsafe frames + (first * output.channels + channel)
            for i in 0..<block.count { unsafe place[i &* output.channels] = row[i] }
        }
    }
}

// MARK: From the resampler to the reader's end

extension ProgrammeReader {
    /// Makes up to `frames` limited frames, and says where in the scratch rows they stand; empty at the end.
    private mutating func nextBlock(_ frames: Int) -> Range<Int> {
        while true {
            var count = resampled(frames)
            if count > 0 {
                amplify(count)
            } else if flush > 0 {
                count = min(frames, flush)
                flush -= count
                unsafe scratch.update(repeating: 0)
            } else {
                return 0..<0
            }
            unsafe limiter.process(rows, frames: count)
            let dropped = min(surplus, count)
            surplus -= dropped
            if count > dropped { return dropped..<count }
        }
    }

    /// The scratch rows in use.
    private var rows: [UnsafeMutablePointer<Float>] {
        guard let base = unsafe scratch.baseAddress else { return unsafe [] }
        return unsafe channels == 1 ? [base] : [base, base + Self.blockFrames]
    }

    /// Makes up to `frames` > 0 frames at the card's rate, before volume and limiter; 0 at the end.
    private mutating func resampled(_ frames: Int) -> Int {
        while true {
            if run == nil, !startRun() { return 0 }
            let rows = unsafe rows
            let count = unsafe run?.resampler.pull(rows, frames: frames, step: step) ?? 0
            if count > 0 {
                timeline.append(count, step: step)
                return count
            }
            if run?.resampler.isFinished ?? true { run = nil } else { feed() }
        }
    }

    /// Applies the volume to the `count` frames that were made last.
    private mutating func amplify(_ count: Int) {
        guard gain != 1 else { return }
        for channel in 0..<channels {
            for i in 0..<count {
                // Not `*=`: the compiler makes a broken module of that for the thread sanitizer (Swift 6.3.1).
                let place = channel * Self.blockFrames + i
                unsafe scratch[place] = scratch[place] * gain
            }
        }
    }
}

// MARK: From the files to the resampler

extension ProgrammeReader {
    /// Neighbouring items of one rate, resampled as one stream.
    private struct Run {
        let rate: Int
        /// The programme frame of its beginning.
        let start: Int
        var resampler: Resampler
        /// Frames of its items so far, at their rate.
        var input = 0

        /// The programme frame at which the frames so far, and `extra` more, end.
        func end(cardRate: Int, extra: Int = 0) -> Int {
            start + (2 * (input + extra) * cardRate + rate) / (2 * rate)
        }
    }

    /// Begins the stream of the next item, and returns whether there is one.
    private mutating func startRun() -> Bool {
        if !hasSought {
            while seek() {}
            if run != nil { return true }
        }
        if source == nil { source = openNext() }
        guard let source else { return false }
        let behind = max(ProgrammePosition(frame: itemsEnd), timeline.end)
        let local = ProgrammePosition(frame: behind.frame - itemsEnd, fraction: behind.fraction)
        run = newRun(rate: source.decoder.format.rate, local)
        return true
    }

    private func newRun(rate: Int, _ local: ProgrammePosition) -> Run {
        Run(
            rate: rate, start: itemsEnd,
            resampler: Resampler(
                from: rate, to: output.rate, channels: channels, start: local, continues: itemsEnd > 0))
    }

    /// Gives the resampler the next block, or the news that its stream has ended.
    private mutating func feed() {
        source?.fill()
        guard let count = source?.blockFrames, count > 0, let channels = source?.decoder.format.channels
        else {
            finishItem()
            source = openNext()
            if source?.decoder.format.rate != run?.rate, let start = run?.start {
                run?.resampler.finish(outputs: itemsEnd - start, continues: source != nil)
            }
            return
        }
        let mix = ChannelMix(inputs: channels, outputs: self.channels, gain: source?.gain ?? 0)
        unsafe source?.withBlock { block in
            unsafe run?.resampler.push(count) { row, skipped, room in
                unsafe mix.apply(.init(rebasing: block[(skipped * channels)...]), output: row, to: room)
            }
        }
        run?.input += count
        source?.take(count)
    }

    /// Notes what became of the item that has just ended.
    private mutating func finishItem() {
        itemsEnd = run?.end(cardRate: output.rate) ?? itemsEnd
        guard let source, let last = marks.indices.last else { return }
        marks[last].end = itemsEnd
        marks[last].framesDecoded = source.decoder.framesDecoded
        marks[last].isTruncated = source.decoder.isTruncated || source.error != nil
        if marks[last].error == nil { marks[last].error = source.error }
    }

    /// Opens the next item that sounds; the bad ones before it are noted and left out.
    private mutating func openNext() -> ItemSource? {
        while queue.next != nil {
            if let opened = open() { return opened }
        }
        return nil
    }

    /// Opens the next item; nil of a bad one, which is noted and left out.
    private mutating func open() -> ItemSource? {
        guard let turn = queue.take() else { return nil }
        var mark = ProgrammeMark(item: turn.item, start: itemsEnd)
        defer { marks.append(mark) }
        switch turn.result {
        case .success(let opened):
            if opened.decoder.format.channels > 1 { widen() }
            return opened
        case .failure(let error):
            (mark.error, mark.end) = (error, itemsEnd)
            return nil
        }
    }

    /// Goes over from one row to two, for good: narrowing again would have to wait for every delay to run out.
    private mutating func widen() {
        guard channels == 1, output.channels > 1 else { return }
        channels = 2
        run?.resampler.widen()
        limiter.widen()
    }

    /// Goes on towards the programme frame at which the output begins, by a bounded step; `read` goes all the way.
    ///
    /// Items whose length is known are left out unread; the others are decoded, or jumped through where their
    /// format allows it. Two hours of MP3 are decoded in half a minute on a small board: who has something else to
    /// do meanwhile calls this until it says no, before the first `read`.
    ///
    /// - Returns: whether there is some way left.
    package mutating func seek() -> Bool {
        guard !hasSought else { return false }
        guard output.startFrame > 0, source != nil || queue.next != nil else {
            run = nil
            hasSought = true
            return false
        }
        guard source != nil else {
            approachNext()
            return true
        }
        guard let run else { return true }
        let needed = max(0, run.resampler.firstNeededInput - run.input)
        if source?.approach(needed) ?? false { return true }
        source?.fill()
        let passed = source?.framesUsed ?? 0
        self.run?.input += passed
        if passed == needed, let frames = source?.blockFrames, frames > 0 {
            self.run?.resampler.skipInput(to: run.input + passed)
            hasSought = true
        } else {
            finishItem()
            source = nil
        }
        return !hasSought
    }

    /// Takes one item on the way: passes over it where it is known to end before the output begins, else opens it.
    private mutating func approachNext() {
        guard let item = queue.next else { return }
        if isNextPassedOver, let rate = item.rate {
            run = runToTarget(rate: rate)
            marks.append(ProgrammeMark(item: queue.skip(), start: itemsEnd))
        } else {
            source = open()
            guard let rate = source?.decoder.format.rate else { return }
            let reached = runToTarget(rate: rate)
            run = reached
            guard endsOnTheWay(item, reached) else { return }
            source = nil
        }
        let frames = item.frames ?? 0
        run?.input += frames
        itemsEnd = run?.end(cardRate: output.rate) ?? itemsEnd
        marks[marks.count - 1].end = itemsEnd
        marks[marks.count - 1].framesDecoded = frames
    }

    /// Whether the next item is known to end before the output begins: it is not even opened.
    private var isNextPassedOver: Bool {
        guard !hasSought, output.startFrame > 0, let item = queue.next, let rate = item.rate else {
            return false
        }
        return endsOnTheWay(item, runToTarget(rate: rate))
    }

    /// The run of an item at a rate, on the way to where the output begins.
    private func runToTarget(rate: Int) -> Run {
        if let run, run.rate == rate { return run }
        return newRun(rate: rate, .init(frame: max(0, output.startFrame - itemsEnd)))
    }

    /// Whether an item, of which a preflight counted the frames, ends before the output begins.
    private func endsOnTheWay(_ item: ProgrammeItem, _ run: Run) -> Bool {
        guard let frames = item.frames else { return false }
        return run.end(cardRate: output.rate, extra: frames) <= output.startFrame
    }
}

import Glibc

/// A raised-cosine fade: its slope is zero at both ends, so that it does not click.
package struct Fade: Sendable {
    /// How many frames it takes.
    package let frames: Int

    /// Makes a fade of so many frames; 0 is a switch.
    package init(frames: Int) { self.frames = max(0, frames) }

    /// The factor of frame `frame` of a fade-in: 0 before its beginning, 1 from its end on.
    package func factor(at frame: Int) -> Float {
        if frame >= frames { return 1 }
        if frame < 0 { return 0 }
        // Half a frame off, so that fading out is fading in backwards.
        return Float(0.5 - 0.5 * cos(.pi * (Double(frame) + 0.5) / Double(frames)))
    }
}

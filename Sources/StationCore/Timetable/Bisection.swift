// Looking something up in what is sorted.

extension Range<Int> {
    /// The first number from which on a condition holds, or the end where it holds for none.
    func first(from holds: (Int) -> Bool) -> Int {
        var (low, high) = (lowerBound, upperBound)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
